// The blocked matrix product behind every kernel with many rows.
#pragma once

#include <algorithm>
#include <cstdint>

#include "kernels/machine/scratch.h"
#include "kernels/machine/threads.h"
#include "kernels/table.h"

namespace bun_asr {

/// The part of an epilogue that follows the bias, over the 32 columns of a block of outputs.
void finish_columns(const Epilogue& epilogue, float* y, size_t rows, size_t outputs, size_t block);

// y[rows, outputs] = A W^T, then the epilogue, with W of any format and A given by
//   pack(row, k0, count, to): writes A[row, k0 … k0 + count) to `to`.
//
// A and W meet in panels of 256 inputs. A panel of activations stays in the second-level cache
// while panels of weights, 32 outputs each, pass through the first-level one, decoded to floats or
// as they are, and are used for all its rows.
//
// Work is shared out in one of two ways. Many rows go by rows: a task packs panel after panel of
// its own rows and multiplies each with all weights; nothing is shared, and the packed activations
// are used as soon as they are made. Fewer rows go by outputs, so that every weight is decoded (and
// brought from memory) once: the activations are packed for all threads first, and a task takes a
// few blocks of outputs, or a part of the rows too where outputs are few.
class Gemm {
 public:
  Gemm(const MatrixView& weights, const Epilogue& epilogue, float* y, size_t rows);

  template <class Pack>
  void run(const Pack& pack) const {
    if (rows_ >= thread_count() * 2 * min_rows) {
      run_by_rows(pack);
    } else {
      for (size_t first = 0; first < rows_; first += max_rows) {
        run_by_outputs(pack, Band(table_, first, std::min(max_rows, rows_ - first)));
      }
    }
  }

 private:
  // Rows of a panel of activations: enough to pay for decoding a panel of weights, and few enough
  // for the second-level cache. Multiples of the tiles of all tables.
  static constexpr size_t min_rows = max_band_rows / 2, max_rows = max_band_rows;
  static constexpr size_t few_inputs = 32;

  /// Rows of y that are packed together, dealt evenly to tiles: the larger ones come first.
  struct Band {
    size_t first, rows, tiles, height, tall;

    Band(const Table& t, size_t first, size_t rows)
        : first(first),
          rows(rows),
          tiles((rows + t.tile_rows - 1) / t.tile_rows),
          height(rows / tiles),
          tall(rows % tiles) {}
    size_t row(size_t tile) const { return tile * height + std::min(tile, tall); }
  };

  /// A part of the tiles of a band against a few blocks of outputs.
  struct Task {
    size_t tile_begin, tile_end, block_begin, block_end;
  };

  template <class Pack>
  void run_by_rows(const Pack& pack) const {
    const size_t threads = thread_count();
    // Eight tasks a thread where rows suffice, and as many for each. With few inputs (the first
    // convolution) writing y is the work: a few whole rows at a time lie close together.
    const size_t wanted = weights_.inputs <= few_inputs
                              ? 2 * table_.tile_rows
                              : std::clamp(rows_ / (threads * 8), min_rows, max_rows);
    const size_t bands = ((rows_ + wanted - 1) / wanted + threads - 1) / threads * threads;
    parallel_for(bands, 1, [&](size_t i, size_t end) {
      thread_local Scratch<uint8_t> memory;
      uint8_t* a = memory.reserve(max_rows * row_bytes_);
      for (; i < end; i++) {
        const size_t first = rows_ * i / bands;
        const Band band(table_, first, rows_ * (i + 1) / bands - first);
        for (size_t k0 = 0; k0 < weights_.inputs; k0 += panel_inputs) {
          pack_rows(pack, band, 0, band.rows, k0, a);
          multiply_panel(band, {0, band.tiles, 0, weights_.blocks()}, k0, a);
        }
      }
    });
  }

  template <class Pack>
  void run_by_outputs(const Pack& pack, const Band& band) const {
    thread_local Scratch<uint8_t> memory;
    const size_t panels = (weights_.inputs + panel_inputs - 1) / panel_inputs;
    uint8_t* a = memory.reserve(panels * band.rows * row_bytes_);
    const size_t grain = std::max<size_t>(1, 16384 / weights_.inputs);
    parallel_for(band.rows, grain, [&](size_t row, size_t end) {
      for (size_t panel = 0; panel < panels; panel++) {
        pack_rows(pack, band, row, end, panel * panel_inputs, a + panel * band.rows * row_bytes_);
      }
    });
    multiply_by_outputs(band, a);
  }

  /// Rows [row, end) of the band's panel `to` of activations.
  template <class Pack>
  void pack_rows(const Pack& pack, const Band& band, size_t row, size_t end, size_t k0,
                 uint8_t* to) const {
    const size_t count = std::min(panel_inputs, weights_.inputs - k0);
    for (; row < end; row++) {
      uint8_t* packed = to + row * row_bytes_;
      if (!int16_) {
        pack(band.first + row, k0, count, reinterpret_cast<float*>(packed));
        continue;
      }
      float values[panel_inputs];
      pack(band.first + row, k0, count, values);
      std::fill(values + count, values + (count + 31) / 32 * 32, 0.0f);
      table_.int16.round_row(values, count, packed);
    }
  }

  void multiply_by_outputs(const Band& band, const uint8_t* a) const;
  void multiply_panel(const Band& band, const Task& task, size_t k0, const uint8_t* a) const;

  const Table& table_;
  const MatrixView& weights_;
  Epilogue epilogue_;
  float* y_;
  size_t rows_;
  bool int16_;
  size_t row_bytes_;  // of a row of a panel of activations
};

}  // namespace bun_asr
