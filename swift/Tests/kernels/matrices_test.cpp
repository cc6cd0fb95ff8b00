// Packed weights of every storage and width, and the convolution that they make.
#include "matrices.h"

namespace bun_asr::tests {

namespace {

TestMatrix dense(size_t outputs, size_t inputs, Storage storage) {
  const Stored stored(normals(outputs * inputs), storage);
  TestMatrix m;
  m.outputs = outputs;
  m.inputs = inputs;
  m.weights = stored.values;
  m.magnitude = stored.values;
  for (auto& v : m.magnitude) v = std::abs(v);
  m.packed = PackedMatrix::dense(stored.bytes.data(), storage, outputs, inputs, Arithmetic::full);
  m.name = std::string("dense ") + name_of(storage);
  return m;
}

void test_multiply(const TestMatrix& m, size_t rows, bool with_bias) {
  const std::string what = m.name + " " + std::to_string(rows) + " x " + std::to_string(m.inputs) +
                           " -> " + std::to_string(m.outputs);
  if (!m.packed) return report(false, what + ": not packed");
  const Floats x = normals(rows * m.inputs);
  const Floats bias = normals(with_bias ? m.outputs : 0);
  const bool with_gelu = rows % 3 == 0, with_residual = rows % 4 < 2;
  const Floats residual = normals(with_residual ? rows * m.outputs : 0);
  std::vector<Expected> expected(rows * m.outputs);
  for (size_t r = 0; r < rows; r++) {
    for (size_t o = 0; o < m.outputs; o++) {
      double value = with_bias ? bias[o] : 0, magnitude = std::abs(value);
      for (size_t i = 0; i < m.inputs; i++) {
        value += double(x[r * m.inputs + i]) * m.weights[o * m.inputs + i];
        magnitude += std::abs(double(x[r * m.inputs + i])) * m.magnitude[o * m.inputs + i];
      }
      double tolerance = sum_tolerance(m.inputs, magnitude);
      if (with_gelu) {
        value *= 0.5 * std::erfc(-value * std::sqrt(0.5));
        tolerance = 1.2 * tolerance + 1e-6;
      }
      if (with_residual) value += residual[r * m.outputs + o];
      expected[r * m.outputs + o] = {value, tolerance + 1e-6 * std::abs(value)};
    }
  }
  on_every_table(what, expected, [&](float* y) {
    m.packed->multiply(x.data(),
                       {.bias = with_bias ? bias.data() : nullptr,
                        .gelu = with_gelu,
                        .residual = with_residual ? residual.data() : nullptr},
                       y, rows);
  });
}

void test_gather(const TestMatrix& m, size_t rows) {
  std::vector<int32_t> ids(rows);
  std::vector<Expected> expected;
  for (auto& id : ids) {
    id = int32_t(pick(0, m.outputs - 1));
    for (size_t i = 0; i < m.inputs; i++) {
      const size_t at = size_t(id) * m.inputs + i;
      expected.push_back({m.weights[at], 0x1p-22 * m.magnitude[at] + 1e-30});
    }
  }
  on_every_table("gather " + m.name, expected,
                 [&](float* y) { m.packed->gather(ids.data(), y, rows); });
}

}  // namespace

void test_matrices() {
  const Storage storages[] = {Storage::f32, Storage::f16, Storage::bf16};
  const size_t sizes[] = {1, 7, 31, 32, 33, 65, 100};
  for (int bits : {2, 3, 4, 5, 6, 8}) {
    for (int group : {32, 64, 128}) {
      for (Storage storage : storages) {
        const TestMatrix m = quantized(sizes[pick(0, 6)], pick(1, 5), bits, group, storage);
        for (size_t rows : {1, 2, 3, 4, 5, 7, 8, 9, 31, 65}) {
          test_multiply(m, rows, rows % 2 != 0);
        }
        test_gather(m, 5);
      }
    }
  }
  for (Storage storage : storages) {
    for (size_t inputs : {1, 7, 31, 65, 256, 257, 600}) {
      const TestMatrix m = dense(sizes[pick(0, 6)], inputs, storage);
      for (size_t rows : {1, 2, 3, 6, 7, 8, 13, 31, 65}) test_multiply(m, rows, rows % 2 == 0);
      test_gather(m, 3);
    }
  }
  test_multiply(dense(40, 300, Storage::f32), 700, true);  // more rows than a band
  test_multiply(quantized(300, 9, 4, 64, Storage::bf16), 345, false);
  report(!PackedMatrix::quantized(nullptr, nullptr, nullptr, Storage::f32, 8, 64, 7, 64,
                                  Arithmetic::full),
         "7 bits");
  report(!PackedMatrix::quantized(nullptr, nullptr, nullptr, Storage::f32, 8, 64, 4, 48,
                                  Arithmetic::full),
         "group");
  report(!PackedMatrix::quantized(nullptr, nullptr, nullptr, Storage::f32, 8, 96, 4, 64,
                                  Arithmetic::full),
         "inputs");
}

void test_conv2d() {
  for (int i = 0; i < 30; i++) {
    Conv2d s{};
    s.batch = pick(1, 3);
    s.height = pick(3, 14);
    s.width = pick(3, 14);
    s.in = i % 3 ? pick(1, 9) : 1;
    s.out = pick(1, 70);
    s.kh = pick(1, 3);
    s.kw = pick(1, 3);
    s.stride_h = pick(1, 2);
    s.stride_w = pick(1, 2);
    s.pad_h = pick(0, 2);
    s.pad_w = pick(0, 2);
    if (i == 0) s.in = 67;  // a kernel row longer than a vector, a patch longer than a panel
    const size_t oh = s.out_height(), ow = s.out_width();
    const Floats x = normals(s.batch * s.height * s.width * s.in);
    const Floats w = normals(s.out * s.kh * s.kw * s.in);
    std::vector<Expected> expected;
    for (size_t b = 0; b < s.batch; b++) {
      for (size_t p = 0; p < oh * ow; p++) {
        for (size_t o = 0; o < s.out; o++) {
          double value = 0, magnitude = 0;
          for (size_t j = 0; j < s.kh * s.kw * s.in; j++) {
            const size_t dh = j / s.in / s.kw, dw = j / s.in % s.kw;
            const size_t h = p / ow * s.stride_h + dh - s.pad_h;  // wraps when negative
            const size_t at = p % ow * s.stride_w + dw - s.pad_w;
            if (h >= s.height || at >= s.width) continue;
            const double term = double(x[((b * s.height + h) * s.width + at) * s.in + j % s.in]) *
                                w[o * s.kh * s.kw * s.in + j];
            value += term;
            magnitude += std::abs(term);
          }
          expected.push_back({value, sum_tolerance(s.kh * s.kw * s.in, magnitude)});
        }
      }
    }
    const Floats bias = normals(s.out);
    for (size_t i = 0; i < expected.size(); i++) {
      expected[i].value += bias[i % s.out];
      expected[i].tolerance += 0x1p-20 * std::abs(bias[i % s.out]);
    }
    const auto packed =
        PackedMatrix::dense(w.data(), Storage::f32, s.out, s.kh * s.kw * s.in, Arithmetic::full);
    on_every_table("convolve", expected,
                   [&](float* y) { packed->convolve(s, x.data(), {.bias = bias.data()}, y); });
  }
}

}  // namespace bun_asr::tests
