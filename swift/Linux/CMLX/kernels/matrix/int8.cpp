#include "kernels/matrix/int8.h"

#include "kernels/matrix/gemm.h"

namespace bun_asr {
namespace {

/// Columns of y that belong to one block, gathered as [rows][32] while sums go on: rows of y lie so
/// far apart that they would compete for the same cache sets and pages.
struct Columns {
  const MatrixView& weights;
  const Epilogue& epilogue;
  float* y;
  size_t block;
  size_t first = block * block_outputs;
  size_t count = std::min(block_outputs, weights.outputs - first);

  void begin(float* sums, size_t rows) const {
    std::fill_n(sums, rows * block_outputs, 0.0f);
    if (!epilogue.bias) return;
    for (size_t r = 0; r < rows; r++) {
      std::copy_n(epilogue.bias + first, count, sums + r * block_outputs);
    }
  }
  /// Asks for part `part` of `parts` of rows of y, which are about to be written.
  void fetch(size_t row, size_t rows, size_t part, size_t parts) const {
    for (size_t r = row + rows * part / parts; r < row + rows * (part + 1) / parts; r++) {
      const float* to = y + r * weights.outputs + first;
      __builtin_prefetch(to, 1);
      __builtin_prefetch(to + count / 2, 1);
      __builtin_prefetch(to + count - 1, 1);
    }
  }
  /// The sums are complete: they go to rows of y from `row` on, and through the epilogue.
  void finish(const float* sums, size_t row, size_t rows) const {
    float* to = y + row * weights.outputs;
    for (size_t r = 0; r < rows; r++) {
      std::copy_n(sums + r * block_outputs, count, to + r * weights.outputs + first);
    }
    Epilogue rest = epilogue;
    if (rest.residual) rest.residual += row * weights.outputs;
    finish_columns(rest, to, rows, weights.outputs, block);
  }
};

/// Many rows, after Gemm: bands of rows, rounded once for all threads; tasks of some blocks of
/// outputs and a part of the band; panels of weights, decoded once for all tiles of a task. A block
/// goes through all of its panels before the next: its weights are one stream of memory.
class Int8Gemm {
 public:
  Int8Gemm(const MatrixView& weights, const Epilogue& epilogue, float* y, size_t rows,
           const Int8Row* x)
      : weights_(weights), epilogue_(epilogue), y_(y), rows_(rows), x_(x) {}

  void run(size_t first_row) const {
    const size_t blocks = weights_.blocks();
    const size_t tiles = (rows_ + kernels_.tile_rows - 1) / kernels_.tile_rows;
    const size_t tasks_wanted = thread_count() * 8;  // enough to share out evenly
    // Of few blocks each is a task: by twos they could not be shared out as evenly.
    const size_t columns = blocks <= 2 * tasks_wanted ? blocks : tasks_wanted;
    const size_t parts = std::clamp<size_t>(tasks_wanted / columns, 1, (tiles + 7) / 8);
    parallel_for(columns * parts, 1, [&](size_t task, size_t end) {
      for (; task < end; task++) {
        const size_t part = task % parts, column = task / parts;
        for (size_t b = blocks * column / columns; b < blocks * (column + 1) / columns; b++) {
          multiply(b, first_row, rows_ * part / parts, rows_ * (part + 1) / parts);
        }
      }
    });
  }

 private:
  void multiply(size_t block, size_t first_row, size_t begin, size_t end) const {
    thread_local Scratch<uint8_t> panel_memory;
    thread_local Scratch<float> sums_memory;
    uint8_t* panel = panel_memory.reserve(int8_panel_bytes);
    const size_t rows = end - begin;
    float* sums = sums_memory.reserve(max_band_rows * block_outputs);
    const Columns columns{weights_, epilogue_, y_, block};
    columns.begin(sums, rows);
    const size_t tiles = (rows + kernels_.tile_rows - 1) / kernels_.tile_rows;
    const size_t panel_bytes = weights_.block_bytes / weights_.inputs * panel_inputs;
    const uint8_t* next = weights_.block(block) + panel_bytes;
    const Int8Row* x = x_ + begin;
    const size_t panels = (weights_.inputs + panel_inputs - 1) / panel_inputs;
    for (size_t p = 0; p < panels; p++) {
      const size_t k0 = p * panel_inputs;
      const size_t count = std::min(panel_inputs, weights_.inputs - k0);
      const bool last = p + 1 == panels;
      kernels_.fill_panel(weights_, block, k0, count, panel);
      for (size_t i = 0; i < tiles; i++) {
        const size_t row = rows * i / tiles, height = rows * (i + 1) / tiles - row;
        // The next panel and the results' places come a piece at a time while this one is in use:
        // else decoding and writing would wait for memory while nothing is multiplied, and so would
        // a core that asks for more at once than it can keep in mind.
        fetch(next + panel_bytes * i / tiles, next + panel_bytes * (i + 1) / tiles);
        columns.fetch(first_row + begin + row, height, p, panels);
        kernels_.tile(weights_, x + row, height, panel, count, sums + row * block_outputs);
        if (last) columns.finish(sums + row * block_outputs, first_row + begin + row, height);
      }
      x += rows_;
      next += panel_bytes;
    }
  }

  static void fetch(const uint8_t* begin, const uint8_t* end) {
    for (; begin < end; begin += 64) __builtin_prefetch(begin, 0, 2);
  }

  const Int8Kernels& kernels_ = table().int8;
  const MatrixView& weights_;
  const Epilogue& epilogue_;
  float* y_;
  size_t rows_;
  const Int8Row* x_;
};

void multiply_few_rows(const Int8Kernels& kernels, const MatrixView& weights, const Int8Row* x,
                       const Epilogue& epilogue, float* y, size_t rows) {
  // Waking a thread pays from some tens of thousands of weights on.
  const size_t grain = std::max<size_t>(1, 32768 / (block_outputs * weights.inputs));
  parallel_for(weights.blocks(), grain, [&](size_t b, size_t end) {
    alignas(64) float sums[max_int8_few_rows * block_outputs];
    for (; b < end; b++) {
      const Columns columns{weights, epilogue, y, b};
      columns.begin(sums, rows);
      kernels.few_rows(weights, x, rows, b, sums);
      columns.finish(sums, 0, rows);
    }
  });
}

}  // namespace

void multiply_int8_band(const MatrixView& weights, const Int8Row* x, const Epilogue& epilogue,
                        float* y, size_t first, size_t rows) {
  Int8Gemm(weights, epilogue, y, rows, x).run(first);
}

void multiply_int8(const MatrixView& weights, const float* x, const Epilogue& epilogue, float* y,
                   size_t rows) {
  thread_local Scratch<Int8Row> memory;
  const Int8Kernels& kernels = rows == 1 ? one_row_kernels() : table().int8;
  const size_t inputs = weights.inputs, panels = (inputs + panel_inputs - 1) / panel_inputs;
  for (size_t first = 0; first < rows; first += max_band_rows) {
    const size_t here = std::min(max_band_rows, rows - first);
    Int8Row* rounded = memory.reserve(panels * here);
    parallel_for(here, std::max<size_t>(1, 16384 / inputs), [&](size_t r, size_t end) {
      for (; r < end; r++) {
        kernels.quantize(weights, x + (first + r) * inputs, rounded + r, here);
      }
    });
    if (rows <= kernels.max_few_rows) {
      multiply_few_rows(kernels, weights, rounded, epilogue, y, rows);
    } else {
      multiply_int8_band(weights, rounded, epilogue, y, first, here);
    }
  }
}

}  // namespace bun_asr
