#include "gemm.h"

namespace bun_asr {
namespace {

/// Asks for weights that the next panel will be made of, a piece at a time while this one is in
/// use: else decoding would wait for memory while nothing is multiplied.
class NextPanel {
 public:
  NextPanel(const MatrixView& weights, size_t block, size_t k0, size_t tiles) {
    if (block + 1 >= weights.blocks()) return;
    const size_t input_bytes = weights.block_bytes / weights.inputs + 1;
    at_ = weights.block(block + 1) + k0 * weights.block_bytes / weights.inputs;
    piece_ = (panel_inputs * input_bytes / tiles + 63) / 64 * 64;
    end_ = std::min(at_ + panel_inputs * input_bytes, weights.block(block + 2));
  }
  void fetch_piece() {
    for (const uint8_t* stop = std::min(end_, at_ + piece_); at_ < stop; at_ += 64) {
      __builtin_prefetch(at_, 0, 2);
    }
  }

 private:
  const uint8_t *at_ = nullptr, *end_ = nullptr;
  size_t piece_ = 0;
};

}  // namespace

void Gemm::multiply(const Band& band, const float* a) const {
  const Table& t = table();
  const size_t blocks = weights_.blocks(), outputs = weights_.outputs;
  // Enough tasks to share out evenly, and as large as that allows.
  const size_t tasks_wanted = thread_count() * 8;
  const size_t blocks_a_task = std::clamp<size_t>(blocks / tasks_wanted, 1, 8);
  const size_t columns = (blocks + blocks_a_task - 1) / blocks_a_task;
  const size_t parts = std::clamp<size_t>(tasks_wanted / columns, 1, (band.tiles + 7) / 8);

  parallel_for(columns * parts, 1, [&](size_t task, size_t end) {
    thread_local Scratch<float> memory;
    float* panel = memory.reserve(block_outputs * panel_inputs);
    for (; task < end; task++) {
      const size_t part = task % parts, column = task / parts;
      const size_t tile_begin = band.tiles * part / parts;
      const size_t tile_end = band.tiles * (part + 1) / parts;
      const size_t block_begin = column * blocks_a_task;
      const size_t block_end = std::min(blocks, block_begin + blocks_a_task);
      for (size_t k0 = 0; k0 < weights_.inputs; k0 += panel_inputs) {
        const size_t count = std::min(panel_inputs, weights_.inputs - k0);
        const float* tiles = a + k0 / panel_inputs * band.panel_floats();
        for (size_t b = block_begin; b < block_end; b++) {
          t.fill_panel(weights_, b, k0, count, panel);
          NextPanel next(weights_, b, k0, tile_end - tile_begin);
          for (size_t c = 0; c < block_outputs; c += t.tile_columns) {
            const size_t output = b * block_outputs + c;
            if (output >= outputs) break;
            const size_t width = std::min(t.tile_columns, outputs - output);
            const float* bias = then_.bias && k0 == 0 ? then_.bias + output : nullptr;
            for (size_t i = tile_begin; i < tile_end; i++) {
              next.fetch_piece();
              const size_t row = band.row(i), height = band.row(i + 1) - row;
              t.tile(tiles + row * tile_stride, height, panel + c * count, count,
                     y_ + (band.first + row) * outputs + output, outputs, width, bias, k0 > 0);
            }
          }
          if (k0 + count == weights_.inputs) {
            const size_t row = band.first + band.row(tile_begin);
            Epilogue then = then_;
            if (then.residual) then.residual += row * outputs;
            finish_columns(then, y_ + row * outputs, band.row(tile_end) - band.row(tile_begin),
                           outputs, b);
          }
        }
      }
    }
  });
}

}  // namespace bun_asr
