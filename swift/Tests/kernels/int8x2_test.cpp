// Activations in two terms: nearly as exact as float32, and still the same whatever rows stand
// beside a row.
#include "matrices.h"

namespace bun_asr::tests {
namespace {

void test_rows(const TestMatrix& m, size_t rows) {
  const Floats x = normals(rows * m.inputs), bias = normals(m.outputs);
  const Floats residual = normals(rows * m.outputs);
  std::vector<Expected> expected;
  for (size_t r = 0; r < rows; r++) {
    for (size_t o = 0; o < m.outputs; o++) {
      double value = bias[o] + residual[r * m.outputs + o], power = 0;
      for (size_t i = 0; i < m.inputs; i++) {
        const size_t at = o * m.inputs + i;
        value += double(x[r * m.inputs + i]) * m.weights[at];
        power += double(m.weights[at]) * m.weights[at];
      }
      // Half a step of the second term is 1/64516 of a span's largest activation, below 5 here.
      // Errors of inputs are independent: six times what their squares add up to.
      const double rounding = 6 * std::sqrt(power) * 5 / 64516;
      expected.push_back({value, rounding + 1e-5 * std::sqrt(power) + 1e-6 * std::abs(value)});
    }
  }
  const Epilogue then{.bias = bias.data(), .residual = residual.data()};
  on_every_table("two terms " + m.name, expected, [&](float* y) {
    m.packed->multiply(x.data(), then, y, rows);
    if (m.name[0] != '4') return;  // other codes may go by floats, where the order of sums differs
    Floats alone(m.outputs);
    for (size_t r = 0; r < rows; r++) {
      const Epilogue own{.bias = bias.data(), .residual = residual.data() + r * m.outputs};
      m.packed->multiply(x.data() + r * m.inputs, own, alone.data(), 1);
      const bool same = !std::memcmp(alone.data(), y + r * m.outputs, m.outputs * sizeof(float));
      if (!same) return report(false, "two terms: a row depends on the others");
    }
  });
}

}  // namespace

void test_int8x2() {
  for (int bits : {4, 8}) {
    for (int group : {32, 64, 128}) {
      const TestMatrix m = quantized(70, 5, bits, group, Storage::bf16, Arithmetic::fine);
      for (size_t rows : {1, 3, 8, 40}) test_rows(m, rows);
    }
  }
  const TestMatrix m = quantized(33, 4, 4, 64, Storage::f32, Arithmetic::fine);
  Floats x(2 * m.inputs, 0.0f), y(2 * m.outputs, 1.0f);
  m.packed->multiply(x.data(), {}, y.data(), 2);
  report(std::all_of(y.begin(), y.end(), [](float v) { return v == 0; }), "two terms of zeros");
  x[7] = std::nanf("");
  m.packed->multiply(x.data(), {}, y.data(), 2);
  report(std::isnan(y[0]) && y[m.outputs] == 0, "two terms of what is not a number");
}

}  // namespace bun_asr::tests
