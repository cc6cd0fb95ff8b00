// Float weights rounded to int16, which only a table that multiplies those asks for; all can read
// them.
#include "checks.h"

namespace bun_asr::tests {

namespace {

constexpr size_t panel = panel_inputs;

/// Packed while a table that rounds is in use; nullptr when this machine has none.
std::shared_ptr<const PackedMatrix> rounded(const Floats& weights, size_t outputs, size_t inputs) {
  for (auto t = all_tables(); *t; t++) {
    if (!(*t)->int16.tile || !use_table((*t)->name)) continue;
    return PackedMatrix::dense(weights.data(), Storage::f32, outputs, inputs, Arithmetic::fine);
  }
  return nullptr;
}

/// Half a step of the integers that values[begin … end) become.
double half_step(const Floats& values, size_t begin, size_t end) {
  double magnitude = 0;
  for (size_t i = begin; i < end; i++) {
    magnitude = std::max(magnitude, double(std::abs(values[i])));
  }
  return magnitude / max_int16_code / 2 * (1 + 1e-5);
}

/// The terms of each sum may be off by half a step of either factor.
std::vector<Expected> expected_product(const Floats& x, const Floats& w, size_t rows,
                                       size_t outputs, size_t inputs, const Floats& bias) {
  std::vector<Expected> expected;
  for (size_t r = 0; r < rows; r++) {
    for (size_t o = 0; o < outputs; o++) {
      double value = bias[o], tolerance = 1e-30, magnitude = std::abs(value);
      for (size_t k0 = 0; k0 < inputs; k0 += panel) {
        const size_t end = std::min(inputs, k0 + panel);
        const double x_step = half_step(x, r * inputs + k0, r * inputs + end);
        const double w_step = half_step(w, o * inputs + k0, o * inputs + end);
        for (size_t i = k0; i < end; i++) {
          const double a = x[r * inputs + i], b = w[o * inputs + i];
          value += a * b;
          magnitude += std::abs(a * b);
          tolerance += std::abs(a) * w_step + std::abs(b) * x_step + x_step * w_step;
        }
      }
      expected.push_back({value, tolerance + sum_tolerance(inputs, magnitude)});
    }
  }
  return expected;
}

void test_product(size_t rows, size_t outputs, size_t inputs) {
  Floats w = normals(outputs * inputs), x = normals(rows * inputs);
  // A row of zeros, one of a tiny scale and one that is large in a single place.
  std::fill_n(w.begin(), inputs, 0.0f);
  for (size_t i = 0; i < inputs; i++) x[i] *= 1e-20f;
  x[(rows - 1) * inputs + inputs / 2] = 1e4f;
  const Floats bias = normals(outputs);
  const auto packed = rounded(w, outputs, inputs);
  if (!packed) return;
  const auto expected = expected_product(x, w, rows, outputs, inputs, bias);
  const std::string what = "int16 " + std::to_string(rows) + " x " + std::to_string(inputs) +
                           " -> " + std::to_string(outputs);
  on_every_table(what, expected,
                 [&](float* y) { packed->multiply(x.data(), {.bias = bias.data()}, y, rows); });

  // A row gives the same in any company.
  Floats together(rows * outputs), alone(outputs);
  rounded(w, outputs, inputs)->multiply(x.data(), {}, together.data(), rows);
  bool same = true;
  for (size_t r = 0; r < rows; r += 3) {
    packed->multiply(x.data() + r * inputs, {}, alone.data(), 1);
    same &= std::equal(alone.begin(), alone.end(), together.begin() + long(r * outputs));
  }
  report(same, what + ": rows depend on each other");
}

void test_gather() {
  const size_t outputs = 45, inputs = 300;
  const Floats w = normals(outputs * inputs);
  const auto packed = rounded(w, outputs, inputs);
  if (!packed) return;
  const std::vector<int32_t> ids{44, 0, 17};
  std::vector<Expected> expected;
  for (int32_t id : ids) {
    for (size_t i = 0; i < inputs; i++) {
      const size_t row = size_t(id) * inputs, first = i / panel * panel;
      expected.push_back(
          {w[row + i], half_step(w, row + first, row + std::min(inputs, first + panel))});
    }
  }
  on_every_table("gather int16", expected,
                 [&](float* y) { packed->gather(ids.data(), y, ids.size()); });
}

/// The largest sum that a panel can have fits 32 bits.
void test_extremes() {
  for (float sign : {1.0f, -1.0f}) {
    const size_t inputs = 2 * panel, outputs = 33, rows = 15;
    const Floats w(outputs * inputs, 3.0f), x(rows * inputs, sign * 7);
    const auto packed = rounded(w, outputs, inputs);
    if (!packed) return;
    const std::vector<Expected> expected(rows * outputs,
                                         {sign * 21.0 * double(inputs), 1e-5 * 21 * inputs});
    on_every_table("int16 extremes", expected,
                   [&](float* y) { packed->multiply(x.data(), {}, y, rows); });
  }
}

}  // namespace

void test_int16() {
  for (size_t inputs : {64, 65, 255, 256, 257, 600, 1025}) {
    for (size_t rows : {1, 2, 13, 14, 15, 43}) {
      test_product(rows, pick(0, 1) ? pick(1, 100) : 32 * pick(1, 3), inputs);
    }
  }
  test_product(700, 40, 300);  // shared out by rows
  test_gather();
  test_extremes();
}

}  // namespace bun_asr::tests
