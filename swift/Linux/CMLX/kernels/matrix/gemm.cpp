#include "kernels/matrix/gemm.h"

namespace bun_asr {
namespace {

/// Asks for the weights of the next panel, a piece at a time while this one is in use: else the
/// next would wait for memory while nothing is multiplied.
class NextPanel {
 public:
  NextPanel(const MatrixView& weights, size_t block, size_t k0, size_t tiles) {
    const size_t bytes = panel_inputs * weights.block_bytes / weights.inputs;
    at_ = weights.block(block) + k0 * weights.block_bytes / weights.inputs;
    piece_ = (bytes / tiles + 63) / 64 * 64;
    end_ = std::min(at_ + bytes, weights.block(weights.blocks()));
  }
  void fetch_piece() {
    for (const uint8_t* stop = std::min(end_, at_ + piece_); at_ < stop; at_ += 64) {
      __builtin_prefetch(at_, 0, 2);
    }
  }

 private:
  const uint8_t *at_, *end_;
  size_t piece_;
};

}  // namespace

Gemm::Gemm(const MatrixView& weights, const Epilogue& epilogue, float* y, size_t rows)
    : table_(table()),
      weights_(weights),
      epilogue_(epilogue),
      y_(y),
      rows_(rows),
      int16_(weights.format == Format::int16 && table_.int16.tile),
      row_bytes_(int16_ ? int16_row_bytes : tile_stride * sizeof(float)) {}

void Gemm::multiply_by_outputs(const Band& band, const uint8_t* a) const {
  const size_t blocks = weights_.blocks();
  // Enough tasks to share out evenly, and as large as that allows.
  const size_t tasks_wanted = thread_count() * 8;
  const size_t columns = std::max(std::min(blocks, tasks_wanted), (blocks + 7) / 8);
  const size_t parts = std::clamp<size_t>(tasks_wanted / columns, 1, (band.tiles + 7) / 8);

  parallel_for(columns * parts, 1, [&](size_t i, size_t end) {
    for (; i < end; i++) {
      const size_t part = i % parts, column = i / parts;
      const Task task{band.tiles * part / parts, band.tiles * (part + 1) / parts,
                      blocks * column / columns, blocks * (column + 1) / columns};
      for (size_t k0 = 0; k0 < weights_.inputs; k0 += panel_inputs) {
        multiply_panel(band, task, k0, a + k0 / panel_inputs * band.rows * row_bytes_);
      }
    }
  });
}

/// Adds a panel of activations times the weights of its inputs to y; after the last panel of inputs
/// comes the epilogue.
void Gemm::multiply_panel(const Band& band, const Task& task, size_t k0, const uint8_t* a) const {
  const Table& t = table_;
  const size_t outputs = weights_.outputs;
  const size_t count = std::min(panel_inputs, weights_.inputs - k0);
  const bool last_panel = k0 + count == weights_.inputs;
  // Blocks of floats that are as wide as the tile need no decoding.
  const bool in_place = weights_.format == Format::f32 && t.tile_columns == block_outputs;
  thread_local Scratch<float> memory;
  float* decoded = memory.reserve(block_outputs * panel_inputs);

  for (size_t b = task.block_begin; b < task.block_end; b++) {
    const bool last_block = b + 1 == task.block_end;
    NextPanel next(weights_, last_block ? task.block_begin : b + 1,
                   last_block && !last_panel ? k0 + count : k0, task.tile_end - task.tile_begin);
    const size_t first = b * block_outputs;
    const float* bias = epilogue_.bias && k0 == 0 ? epilogue_.bias + first : nullptr;
    if (int16_) {
      const size_t width = std::min(block_outputs, outputs - first);
      for (size_t i = task.tile_begin; i < task.tile_end; i++) {
        next.fetch_piece();
        const size_t row = band.row(i), height = band.row(i + 1) - row;
        t.int16.tile(a + row * row_bytes_, height, weights_.int16_panel(b, k0), count,
                     y_ + (band.first + row) * outputs + first, outputs, width, bias, k0 > 0);
      }
    } else {
      if (!in_place) t.fill_panel(weights_, b, k0, count, decoded);
      const float* panel =
          in_place ? reinterpret_cast<const float*>(weights_.block(b)) + k0 * block_outputs
                   : decoded;
      for (size_t c = 0; c < block_outputs && first + c < outputs; c += t.tile_columns) {
        const size_t width = std::min(t.tile_columns, outputs - first - c);
        for (size_t i = task.tile_begin; i < task.tile_end; i++) {
          next.fetch_piece();
          const size_t row = band.row(i), height = band.row(i + 1) - row;
          t.tile(reinterpret_cast<const float*>(a + row * row_bytes_), height, panel + c * count,
                 count, y_ + (band.first + row) * outputs + first + c, outputs, width,
                 bias ? bias + c : nullptr, k0 > 0);
        }
      }
    }
    if (last_panel) {
      const size_t begin = band.row(task.tile_begin), end = band.row(task.tile_end);
      Epilogue epilogue = epilogue_;
      if (epilogue.residual) epilogue.residual += (band.first + begin) * outputs;
      finish_columns(epilogue, y_ + (band.first + begin) * outputs, end - begin, outputs, b);
    }
  }
}

}  // namespace bun_asr
