// The blocked matrix product behind every kernel with many rows.
#pragma once

#include <algorithm>

#include "scratch.h"
#include "table.h"
#include "threads.h"

namespace bun_asr {

/// The part of an epilogue that follows the bias, over the 32 columns of a block of outputs.
void finish_columns(const Epilogue& then, float* y, size_t rows, size_t outputs, size_t block);

// y[rows, outputs] = A W^T, then the epilogue, with W of any format and A given by
//   pack(row, k0, count, to): writes A[row, k0 … k0 + count) to `to`.
//
// Rows are taken in bands. A band of A is packed once, as [panel of inputs][tile of rows][row], for
// all threads. Then each task takes a few blocks of outputs (and, when those are too few to share
// out, a part of the band) through all panels of inputs, adding to y: a panel of weights is decoded
// once for all tiles of the task, and the tiles of one panel of inputs (rows x 256 floats) stay in
// the second-level cache over the task's blocks.
class Gemm {
 public:
  Gemm(const MatrixView& weights, const Epilogue& then, float* y, size_t rows)
      : weights_(weights), then_(then), y_(y), rows_(rows) {}

  template <class Pack>
  void run(const Pack& pack) const {
    thread_local Scratch<float> memory;
    for (size_t first = 0; first < rows_; first += band_rows) {
      const Band band(table(), first, std::min(band_rows, rows_ - first));
      const size_t panels = (weights_.inputs + panel_inputs - 1) / panel_inputs;
      float* a = memory.reserve(panels * band.panel_floats());
      const size_t tile_work = weights_.inputs * table().tile_rows;
      parallel_for(band.tiles, std::max<size_t>(1, 16384 / tile_work), [&](size_t i, size_t end) {
        for (; i < end; i++) pack_tile(pack, band, i, a);
      });
      multiply(band, a);
    }
  }

 private:
  static constexpr size_t band_rows = 336;  // a multiple of the tiles of all tables

  /// The rows of a band, dealt evenly to its tiles: the larger ones come first.
  struct Band {
    size_t first, rows, tiles, height, tall;

    Band(const Table& t, size_t first, size_t rows)
        : first(first),
          rows(rows),
          tiles((rows + t.tile_rows - 1) / t.tile_rows),
          height(rows / tiles),
          tall(rows % tiles) {}
    size_t panel_floats() const { return rows * tile_stride; }
    size_t row(size_t tile) const { return tile * height + std::min(tile, tall); }
  };

  template <class Pack>
  void pack_tile(const Pack& pack, const Band& band, size_t tile, float* a) const {
    for (size_t k0 = 0; k0 < weights_.inputs; k0 += panel_inputs, a += band.panel_floats()) {
      const size_t count = std::min(panel_inputs, weights_.inputs - k0);
      for (size_t r = band.row(tile); r < band.row(tile + 1); r++) {
        pack(band.first + r, k0, count, a + r * tile_stride);
      }
    }
  }

  void multiply(const Band& band, const float* a) const;

  const MatrixView& weights_;
  Epilogue then_;
  float* y_;
  size_t rows_;
};

}  // namespace bun_asr
