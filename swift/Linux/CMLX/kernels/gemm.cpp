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

/// Where a tile's results go.
struct Outputs {
  float* y;
  size_t ld, columns;
  const float* bias;
  bool add;
};

/// A panel of weights in float32, and rows of activations.
struct FloatPanel {
  using Element = float;
  static constexpr size_t size = block_outputs * panel_inputs;
  static constexpr size_t row_stride = tile_stride;

  const Table& t = table();
  const MatrixView& weights;
  float* panel;
  size_t columns = t.tile_columns;  // of a tile
  size_t count = 0;

  void fill(size_t block, size_t k0, size_t inputs) {
    count = inputs;
    t.fill_panel(weights, block, k0, count, panel);
  }
  void multiply(const float* a, size_t rows, size_t column, const Outputs& to) const {
    t.tile(a, rows, panel + column * count, count, to.y, to.ld, to.columns, to.bias, to.add);
  }
};

/// A panel of weights as bytes, and rows of activations rounded to integers.
struct IntegerPanel {
  using Element = uint8_t;
  static constexpr size_t size = integer_panel_bytes;
  static constexpr size_t row_stride = 1;

  const IntegerKernels& t = table().integer;
  const MatrixView& weights;
  uint8_t* panel;
  size_t columns = block_outputs;
  size_t count = 0;

  void fill(size_t block, size_t k0, size_t inputs) {
    count = inputs;
    t.fill_panel(weights, block, k0, count, panel);
  }
  void multiply(const IntegerRow* a, size_t rows, size_t, const Outputs& to) const {
    t.tile(weights, a, rows, panel, count, to.y, to.ld, to.columns, to.bias, to.add);
  }
};

}  // namespace

void Gemm::run_integers(const float* x) const {
  thread_local Scratch<IntegerRow> memory;
  const IntegerKernels& t = table().integer;
  const size_t inputs = weights_.inputs;
  for (size_t first = 0; first < rows_; first += band_rows) {
    const Band band(first, std::min(band_rows, rows_ - first), t.tile_rows);
    IntegerRow* a = memory.reserve(panels() * band.rows);
    parallel_for(band.rows, row_grain(), [&](size_t r, size_t end) {
      for (; r < end; r++) t.quantize(weights_, x + (first + r) * inputs, a + r, band.rows);
    });
    multiply<IntegerPanel>(band, a);
  }
}

void Gemm::multiply_floats(const Band& band, const float* a) const { multiply<FloatPanel>(band, a); }

template <class Panel, class Row>
void Gemm::multiply(const Band& band, const Row* a) const {
  const size_t blocks = weights_.blocks(), outputs = weights_.outputs;
  // Enough tasks to share out evenly, and as large as that allows.
  const size_t tasks_wanted = thread_count() * 8;
  const size_t blocks_a_task = std::clamp<size_t>(blocks / tasks_wanted, 1, 8);
  const size_t columns = (blocks + blocks_a_task - 1) / blocks_a_task;
  const size_t parts = std::clamp<size_t>(tasks_wanted / columns, 1, (band.tiles + 7) / 8);

  parallel_for(columns * parts, 1, [&](size_t task, size_t end) {
    thread_local Scratch<typename Panel::Element> memory;
    Panel panel{.weights = weights_, .panel = memory.reserve(Panel::size)};
    for (; task < end; task++) {
      const size_t part = task % parts, column = task / parts;
      const size_t tile_begin = band.tiles * part / parts;
      const size_t tile_end = band.tiles * (part + 1) / parts;
      const size_t block_begin = column * blocks_a_task;
      const size_t block_end = std::min(blocks, block_begin + blocks_a_task);
      for (size_t k0 = 0; k0 < weights_.inputs; k0 += panel_inputs) {
        const size_t count = std::min(panel_inputs, weights_.inputs - k0);
        const Row* rows = a + k0 / panel_inputs * band.rows * Panel::row_stride;
        for (size_t b = block_begin; b < block_end; b++) {
          panel.fill(b, k0, count);
          NextPanel next(weights_, b, k0, tile_end - tile_begin);
          for (size_t c = 0; c < block_outputs; c += panel.columns) {
            const size_t output = b * block_outputs + c;
            if (output >= outputs) break;
            const Outputs to{.y = y_ + band.first * outputs + output,
                             .ld = outputs,
                             .columns = std::min(panel.columns, outputs - output),
                             .bias = then_.bias && k0 == 0 ? then_.bias + output : nullptr,
                             .add = k0 > 0};
            for (size_t i = tile_begin; i < tile_end; i++) {
              next.fetch_piece();
              const size_t row = band.row(i), height = band.row(i + 1) - row;
              Outputs here = to;
              here.y += row * outputs;
              panel.multiply(rows + row * Panel::row_stride, height, c, here);
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
