#include "kernels/matrix/int8x2.h"

#include <cmath>

#include "kernels/matrix/gemm.h"
#include "kernels/matrix/int8.h"

namespace bun_asr {
namespace {

/// x[count] = first + second, where rounding `first` to bytes changes nothing.
void split_span(const float* x, size_t count, float* first, float* second) {
  constexpr float rounder = 0x1.8p23f;  // adding it leaves the nearest integer
  float magnitude = 0;
  for (size_t i = 0; i < count; i++) magnitude = std::max(magnitude, std::abs(x[i]));
  const float scale = magnitude / 127, inverse = magnitude > 1e-30f ? 127 / magnitude : 0;
  for (size_t i = 0; i < count; i++) {
    first[i] = (x[i] * inverse + rounder - rounder) * scale;
    second[i] = x[i] - first[i];
  }
}

}  // namespace

void multiply_int8x2(const MatrixView& weights, const float* x, const Epilogue& epilogue, float* y,
                     size_t rows) {
  const size_t inputs = weights.inputs, outputs = weights.outputs;
  const size_t span = std::min(weights.group, max_span_inputs);
  thread_local Scratch<float> term_memory, sum_memory;
  float* terms = term_memory.reserve(2 * rows * inputs);
  float* sums = sum_memory.reserve(2 * rows * outputs);
  const size_t grain = std::max<size_t>(1, 16384 / inputs);
  parallel_for(rows, grain, [&](size_t r, size_t end) {
    for (; r < end; r++) {
      float* first = terms + 2 * r * inputs;
      for (size_t i = 0; i < inputs; i += span) {
        split_span(x + r * inputs + i, span, first + i, first + inputs + i);
      }
    }
  });
  multiply_int8(weights, terms, {}, sums, 2 * rows);
  const Table& t = table();
  parallel_for(rows, std::max<size_t>(1, 16384 / outputs), [&](size_t r, size_t end) {
    for (; r < end; r++) {
      const float* first = sums + 2 * r * outputs;
      float* to = y + r * outputs;
      for (size_t o = 0; o < outputs; o++) to[o] = first[o] + first[outputs + o];
      if (epilogue.bias) {
        for (size_t o = 0; o < outputs; o++) to[o] += epilogue.bias[o];
      }
      const float* residual = epilogue.residual ? epilogue.residual + r * outputs : nullptr;
      if (epilogue.gelu || residual)
        t.finish_rows(to, 1, outputs, outputs, epilogue.gelu, residual);
    }
  });
}

}  // namespace bun_asr
