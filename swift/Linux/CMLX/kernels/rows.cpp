// Norms, rotary embedding and activations: row by row or element by element, shared out.
#include <algorithm>
#include <cmath>

#include "kernels/machine/scratch.h"
#include "kernels/rotations.h"
#include "kernels/table.h"

namespace bun_asr {
namespace {

// Elements that are worth a thread: below, waking one costs more than it does.
constexpr size_t worth_a_thread = 16384;

size_t rows_a_chunk(size_t size) {
  return std::max<size_t>(1, worth_a_thread / std::max<size_t>(1, size));
}

/// Where row r of [batch, heads, positions] begins.
int64_t row_start(size_t r, const int64_t strides[3], size_t heads, size_t positions) {
  const size_t position = r % positions, head = r / positions % heads;
  const size_t item = r / positions / heads;
  return int64_t(item) * strides[0] + int64_t(head) * strides[1] + int64_t(position) * strides[2];
}

}  // namespace

void to_f16(const float* x, uint16_t* y, size_t count) { table().to_f16(x, y, count); }

void rms_norm(const float* x, const float* weight, float eps, float* y, size_t rows, size_t size) {
  const int64_t strides[3] = {0, 0, int64_t(size)};
  rms_norm(x, strides, weight, eps, y, 1, 1, rows, size);
}

void rms_norm(const float* x, const int64_t strides[3], const float* weight, float eps, float* y,
              size_t batch, size_t heads, size_t positions, size_t size) {
  const Table& t = table();
  parallel_for(batch * heads * positions, rows_a_chunk(size), [&](size_t r, size_t end) {
    for (; r < end; r++) {
      t.rms_norm(x + row_start(r, strides, heads, positions), weight, eps, y + r * size, size);
    }
  });
}

void layer_norm(const float* x, const float* weight, const float* bias, float eps, float* y,
                size_t rows, size_t size) {
  const Table& t = table();
  parallel_for(rows, rows_a_chunk(size), [&](size_t r, size_t end) {
    for (; r < end; r++) t.layer_norm(x + r * size, weight, bias, eps, y + r * size, size);
  });
}

void rope(const float* x, const int64_t strides[3], float* y, size_t batch, size_t heads,
          size_t positions, size_t dim, size_t dims, float base, float scale,
          const int32_t* offsets) {
  if (batch == 0) return;
  const Table& t = table();
  const auto last = size_t(*std::max_element(offsets, offsets + batch));
  const float* first = rotations(last + positions, dims, base, scale);
  parallel_for(batch * heads * positions, rows_a_chunk(dim), [&](size_t r, size_t end) {
    for (; r < end; r++) {
      const size_t position = size_t(offsets[r / positions / heads]) + r % positions;
      t.rope(x + row_start(r, strides, heads, positions), first + position * dims, y + r * dim, dim,
             dims);
    }
  });
}

void gelu(const float* x, float* y, size_t count) {
  const Table& t = table();
  parallel_for(count, worth_a_thread, [&](size_t i, size_t end) { t.gelu(x + i, y + i, end - i); });
}

void silu(const float* x, float* y, size_t count) {
  const Table& t = table();
  parallel_for(count, worth_a_thread, [&](size_t i, size_t end) { t.silu(x + i, y + i, end - i); });
}

void swiglu(const float* gate, size_t gate_stride, const float* up, size_t up_stride, float* y,
            size_t rows, size_t size) {
  const Table& t = table();
  parallel_for(rows, rows_a_chunk(size), [&](size_t r, size_t end) {
    for (; r < end; r++) {
      t.swiglu(gate + r * gate_stride, up + r * up_stride, y + r * size, size);
    }
  });
}

void argmax(const float* x, uint32_t* y, size_t rows, size_t size) {
  // In pieces: the largest value of each by vectors, then its place in the piece that has it.
  const Table& t = table();
  const size_t pieces = (size + worth_a_thread - 1) / worth_a_thread;
  thread_local Scratch<float> memory;
  float* tops = memory.reserve(rows * pieces);
  parallel_for(rows * pieces, 1, [&](size_t i, size_t end) {
    for (; i < end; i++) {
      const size_t first = i % pieces * worth_a_thread;
      tops[i] =
          t.largest_number(x + i / pieces * size + first, std::min(worth_a_thread, size - first));
    }
  });
  for (size_t r = 0; r < rows; r++) {
    const float* of_pieces = tops + r * pieces;
    const float* best = std::max_element(of_pieces, of_pieces + pieces);
    const float* row = x + r * size;
    const float* from = row + size_t(best - of_pieces) * worth_a_thread;
    const float* place = std::find(from, row + size, *best);
    y[r] = place == row + size ? 0 : uint32_t(place - row);  // the end: nothing is a number
  }
}

void log_sum_exp(const float* x, float* y, size_t rows, size_t size) {
  // In pieces, each of which stays in the cache between its largest value and its sum.
  struct Piece {
    float top, sum;
  };
  const Table& t = table();
  const size_t pieces = (size + worth_a_thread - 1) / worth_a_thread;
  thread_local Scratch<Piece> memory;
  Piece* of_rows = memory.reserve(rows * pieces);
  parallel_for(rows * pieces, 1, [&](size_t i, size_t end) {
    for (; i < end; i++) {
      const size_t first = i % pieces * worth_a_thread;
      const size_t count = std::min(worth_a_thread, size - first);
      const float* values = x + i / pieces * size + first;
      const float top = t.largest_number(values, count);
      of_rows[i] = {top, std::isinf(top) ? 0 : t.sum_of_exponentials(values, count, top)};
    }
  });
  for (size_t r = 0; r < rows; r++) {
    const Piece *begin = of_rows + r * pieces, *end = begin + pieces;
    float top = begin->top;
    for (const Piece* piece = begin; piece < end; piece++) top = std::max(top, piece->top);
    double sum = 0;
    for (const Piece* piece = begin; piece < end; piece++) {
      if (piece->sum != 0) sum += double(piece->sum) * std::exp(double(piece->top) - double(top));
    }
    y[r] = std::isinf(top) ? top : float(double(top) + std::log(sum));
  }
}

}  // namespace bun_asr
