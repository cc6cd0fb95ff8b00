// Products of quantized weights with activations rounded to integers (Arithmetic::fast).
//
// The reference rounds the activations by the rule that int8.inl states and goes on in double
// precision; results differ from it only by the rounding of a few floats a span. Against the exact
// product they may be off by what 8 bits a span allow.
#include "kernels/machine/threads.h"
#include "matrices.h"

namespace bun_asr::tests {

namespace {

constexpr float largest_float = 3.4028234e38f;

/// A row of activations rounded to 8 bits, span by span.
std::vector<double> rounded(const float* x, size_t count, size_t span) {
  std::vector<double> values(count);
  for (size_t i = 0; i < count; i += span) {
    float magnitude = 0;
    for (size_t k = i; k < i + span; k++) magnitude = std::max(magnitude, std::abs(x[k]));
    if (magnitude < 1e-30f) continue;
    const float scale = magnitude / 127.0f, inverse = 127.0f / magnitude;
    for (size_t k = i; k < i + span; k++) {
      values[k] = double(std::nearbyint(x[k] * inverse)) * scale;
    }
  }
  return values;
}

struct Call {
  const TestMatrix& m;
  Floats x;
  size_t rows;
  Floats bias = {}, residual = {};
  bool gelu = false;

  std::string what() const {
    return "integers " + m.name + " " + std::to_string(rows) + " x " + std::to_string(m.inputs) +
           " -> " + std::to_string(m.outputs);
  }
  void run(float* y, size_t row, size_t count) const {
    m.packed->multiply(x.data() + row * m.inputs,
                       {.bias = bias.empty() ? nullptr : bias.data(),
                        .gelu = gelu,
                        .residual = residual.empty() ? nullptr : &residual[row * m.outputs]},
                       y + row * m.outputs, count);
  }
};

void test_values(const Call& call) {
  const TestMatrix& m = call.m;
  const size_t span = std::min<size_t>(m.group, 64);
  std::vector<Expected> expected;
  std::vector<double> exact;
  for (size_t r = 0; r < call.rows; r++) {
    const float* x = call.x.data() + r * m.inputs;
    const std::vector<double> x_rounded = rounded(x, m.inputs, span);
    for (size_t o = 0; o < m.outputs; o++) {
      double value = call.bias.empty() ? 0 : call.bias[o], magnitude = std::abs(value);
      double unrounded = value;
      const float* w = m.weights.data() + o * m.inputs;
      for (size_t i = 0; i < m.inputs; i += span) {
        double product = 0, sum = 0;
        for (size_t k = i; k < i + span; k++) {
          product += w[k] * x_rounded[k];
          magnitude += std::abs(w[k] * x_rounded[k]) / 16;  // the reference's floats
          unrounded += double(w[k]) * x[k];
          sum += x_rounded[k];
        }
        value += product;
        // The bias term, at most 8.5 / 15 larger than the bias of the codes, and the rest.
        const double base = 2 * m.largest[o * (m.inputs / m.group) + i / m.group] * std::abs(sum);
        magnitude += 2 * base + std::abs(product);
      }
      double tolerance = sum_tolerance(4 * m.inputs / span, magnitude);
      if (call.gelu) {
        value *= 0.5 * std::erfc(-value * std::sqrt(0.5));
        tolerance = 1.2 * tolerance + 1e-6;
      }
      if (!call.residual.empty()) value += call.residual[r * m.outputs + o];
      expected.push_back({value, tolerance + 1e-6 * std::abs(value)});
      exact.push_back(unrounded);
    }
  }
  on_every_table(call.what(), expected, [&](float* y) {
    call.run(y, 0, call.rows);
    if (call.gelu || !call.residual.empty() || expected.size() < 1000) return;
    double error = 0, power = 0;
    for (size_t i = 0; i < exact.size(); i++) {
      error += (y[i] - exact[i]) * (y[i] - exact[i]);
      power += exact[i] * exact[i];
    }
    report(error <= 0.011 * 0.011 * power,
           call.what() + ": relative error " + std::to_string(std::sqrt(error / power)));
  });
}

/// Bits, so that what is not a number compares equal to itself.
bool same(const Floats& a, const Floats& b, size_t first, size_t count) {
  return !std::memcmp(&a[first], &b[first], count * sizeof(float));
}

/// Each row alone, all at once, and all at once on one thread, give the same bits.
void test_rows_alike(const Call& call) {
  const TestMatrix& m = call.m;
  for (auto t = all_tables(); *t; t++) {
    if (!use_table((*t)->name)) continue;
    Floats together(call.rows * m.outputs), alone = together, one_thread = together;
    call.run(together.data(), 0, call.rows);
    for (size_t r = 0; r < call.rows; r++) call.run(alone.data(), r, 1);
    // A loop inside a loop stays on its thread.
    parallel_for(2, 1, [&](size_t begin, size_t) {
      if (begin == 0) call.run(one_thread.data(), 0, call.rows);
    });
    report(same(together, alone, 0, together.size()), call.what() + ": rows differ when alone");
    report(same(together, one_thread, 0, together.size()), call.what() + ": threads matter");
  }
}

/// One row may go by another table's kernels than those beside it: all give the same bits. The
/// scalar ones alone round a product before they add to it.
void test_tables_alike(const Call& call) {
  Floats first;
  for (auto t = all_tables(); *t; t++) {
    if (!std::strcmp((*t)->name, "scalar") || !use_table((*t)->name)) continue;
    Floats y(call.m.outputs);
    call.run(y.data(), 0, 1);
    if (first.empty()) first = y;
    report(same(first, y, 0, y.size()), call.what() + ": tables differ");
  }
}

/// The largest codes times the largest activations, of one sign and of both.
void test_extremes(int bits, int group) {
  const TestMatrix m = quantized(33, 3, bits, group, Storage::bf16, Arithmetic::fast, true);
  Floats x(20 * m.inputs);
  for (size_t i = 0; i < x.size(); i++) {
    const size_t row = i / m.inputs;
    const bool negative = row % 4 == 1 || (row % 4 == 2 && i % 2) || (row % 4 == 3 && i % 4 < 2);
    x[i] = negative ? -2.5f : 2.5f;
  }
  for (size_t rows : {1, 4, 20}) {
    test_values({m, Floats(x.begin(), x.begin() + long(rows * m.inputs)), rows});
  }
}

/// Zeros give the bias; rows with other than finite numbers do no harm to those beside them.
void test_strange_rows(int bits) {
  const TestMatrix m = quantized(40, 4, bits, 64, Storage::bf16, Arithmetic::fast);
  for (size_t rows : {5, 40}) {
    const Call plain{m, normals(rows * m.inputs), rows, normals(m.outputs)};
    Call strange = plain;
    for (size_t i = 0; i < m.inputs; i++) {
      strange.x[i] = 0;
      strange.x[4 * m.inputs + i] = i % 2 ? largest_float : -largest_float;
    }
    strange.x[m.inputs] = NAN;
    strange.x[2 * m.inputs + 65] = INFINITY;
    strange.x[2 * m.inputs + 66] = -INFINITY;
    for (auto t = all_tables(); *t; t++) {
      if (!use_table((*t)->name)) continue;
      Floats y(rows * m.outputs), expected = y;
      plain.run(expected.data(), 0, rows);
      strange.run(y.data(), 0, rows);
      report(!std::memcmp(y.data(), plain.bias.data(), m.outputs * sizeof(float)), "zeros");
      bool finite = false;
      for (size_t i = m.outputs; i < 3 * m.outputs; i++) finite |= std::isfinite(y[i]);
      report(!finite, "what is not a number was lost");
      const size_t first = std::min<size_t>(5, rows);
      report(rows == 5 || same(y, expected, first * m.outputs, (rows - first) * m.outputs),
             "a strange row changed others");
      report(same(y, expected, 3 * m.outputs, m.outputs), "a strange row changed its neighbour");
    }
  }
}

}  // namespace

void test_int8() {
  const size_t sizes[] = {1, 7, 31, 32, 33, 65, 100};
  for (int bits : {2, 3, 4, 5, 6, 8}) {
    for (int group : {32, 64, 128}) {
      for (Storage storage : {Storage::f32, Storage::f16, Storage::bf16}) {
        const TestMatrix m =
            quantized(sizes[pick(0, 6)], pick(1, 5), bits, group, storage, Arithmetic::fast);
        for (size_t rows : {1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 31, 65}) {
          Call call{m, normals(rows * m.inputs), rows};
          test_values(call);
          test_tables_alike(call);
          if (rows % 2) call.bias = normals(m.outputs);
          if (rows % 4 < 2) call.residual = normals(rows * m.outputs);
          call.gelu = rows % 3 == 0;
          test_values(call);
          test_rows_alike(call);
        }
      }
      test_extremes(bits, group);
    }
    test_strange_rows(bits);
  }
  const TestMatrix m = quantized(300, 9, 4, 64, Storage::bf16, Arithmetic::fast);
  const Call call{m, normals(345 * m.inputs), 345};  // more rows than a band
  test_values(call);
  test_rows_alike(call);
}

}  // namespace bun_asr::tests
