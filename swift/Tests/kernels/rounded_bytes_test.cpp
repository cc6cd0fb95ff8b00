// Float weights rounded to bytes, which only a table that gains by it asks for; all can read them.
#include "rounding.h"

namespace bun_asr::tests {

namespace {

void test_product(size_t rows, size_t outputs, size_t inputs, Storage storage) {
  const Stored stored(normals(outputs * inputs), storage);
  const Floats& w = stored.values;
  Floats x = normals(rows * inputs);
  for (size_t i = 0; i < inputs; i++) x[i] *= 1e-20f;
  x[(rows - 1) * inputs + inputs / 2] = 1e4f;
  const Floats bias = normals(outputs);
  if (!use_rounding_table()) return;
  const auto packed =
      PackedMatrix::dense(stored.bytes.data(), storage, outputs, inputs, Arithmetic::fast);
  std::vector<Expected> expected;
  for (size_t r = 0; r < rows; r++) {
    for (size_t o = 0; o < outputs; o++) {
      Expected sum{bias[o], 1e-30};
      double magnitude = std::abs(double(bias[o]));
      for (size_t k = 0; k < inputs; k += group) {
        const size_t x_at = r * inputs + k, w_at = o * inputs + k;
        add_group(x, x_at, w, w_at, group, half_step(w, w_at, w_at + group, false),
                  half_step(x, x_at, x_at + group, true), magnitude, sum);
      }
      sum.tolerance += sum_tolerance(inputs, 4 * magnitude);
      expected.push_back(sum);
    }
  }
  const std::string what = "bytes " + std::to_string(rows) + " x " + std::to_string(inputs) +
                           " -> " + std::to_string(outputs);
  const size_t padded = (outputs + block_outputs - 1) / block_outputs * block_outputs;
  report(packed->bytes < padded * inputs * 2, what + ": is not rounded");
  on_every_table(what, expected,
                 [&](float* y) { packed->multiply(x.data(), {.bias = bias.data()}, y, rows); });
}

/// Channels that leave room in their last panel, and pictures whose edges lie under the kernel.
void test_convolution(const Conv2d& s) {
  const Floats x = normals(s.batch * s.height * s.width * s.in);
  const Floats w = normals(s.out * s.kh * s.kw * s.in), bias = normals(s.out);
  if (!use_rounding_table()) return;
  const auto packed = PackedMatrix::convolution(w.data(), Storage::f32, s, Arithmetic::fast);
  report(packed->inputs == s.kh * s.kw * s.in, "rounded convolution: other inputs");
  const size_t width = s.out_width(), area = s.out_height() * width;
  std::vector<Expected> expected;
  for (size_t row = 0; row < s.batch * area; row++) {
    for (size_t o = 0; o < s.out; o++) {
      Expected sum{bias[o], 1e-30};
      double magnitude = std::abs(double(bias[o]));
      for (size_t tap = 0; tap < s.kh * s.kw; tap++) {
        // Wraps when negative.
        const size_t h = row % area / width * s.stride_h + tap / s.kw - s.pad_h;
        const size_t at = row % width * s.stride_w + tap % s.kw - s.pad_w;
        if (h >= s.height || at >= s.width) continue;
        for (size_t k = 0; k < s.in; k += group) {
          const size_t count = std::min(group, s.in - k);
          const size_t x_at = ((row / area * s.height + h) * s.width + at) * s.in + k;
          const size_t w_at = (o * s.kh * s.kw + tap) * s.in + k;
          // A group that is not full has zeros, too.
          double w_step = half_step(w, w_at, w_at + count, false);
          if (count < group) w_step = std::max(w_step, half_step(w, w_at, w_at + count, true));
          add_group(x, x_at, w, w_at, count, w_step, half_step(x, x_at, x_at + count, true),
                    magnitude, sum);
        }
      }
      sum.tolerance += sum_tolerance(s.kh * s.kw * s.in, 4 * magnitude);
      expected.push_back(sum);
    }
  }
  on_every_table("rounded convolution", expected,
                 [&](float* y) { packed->convolve(s, x.data(), {.bias = bias.data()}, y); });
}

/// Widening is exact in every table; vectors of all widths have a rest.
void test_widening(Storage storage) {
  const Stored stored(normals(100), storage);
  for (size_t count : {1, 7, 32, 63, 100}) {
    std::vector<Expected> exact;
    for (size_t i = 0; i < count; i++) exact.push_back({stored.values[i], 0});
    on_every_table("widened " + std::to_string(count), exact,
                   [&](float* y) { table().to_floats(storage, stored.bytes.data(), count, y); });
  }
}

/// Codes of values from `low` on; all tables give the same.
void test_codes(const std::string& what, const Floats& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double step = (double(*high) - *low) / 255;
  std::vector<Expected> expected{{step, step * 1e-6}, {*low, 0}};
  for (float value : values) {
    expected.push_back({step > 0 ? (double(value) - *low) / step : 0, 0.5001});
  }
  std::vector<uint8_t> scalar;
  on_every_table(what, expected, [&](float* y) {
    uint8_t codes[group];
    table().round_weights(values.data(), &y[0], &y[1], codes);
    std::copy_n(codes, group, y + 2);
    std::vector<uint8_t> own(codes, codes + group);
    if (scalar.empty()) scalar = own;
    report(own == scalar, what + ": other codes than the scalar table's");
  });
}

}  // namespace

void test_rounded_bytes() {
  for (Storage storage : {Storage::f32, Storage::f16, Storage::bf16}) test_widening(storage);
  test_codes("codes", normals(group));
  Floats positive = normals(group);
  for (float& value : positive) value = 100 + std::abs(value);
  test_codes("codes of positive weights", positive);
  test_codes("codes of equal weights", Floats(group, -2.5f));
  for (Storage storage : {Storage::f32, Storage::f16, Storage::bf16}) {
    for (size_t inputs : {64, 256, 320, 1024}) {
      for (size_t rows : {1, 2, 15, 43}) test_product(rows, pick(1, 100), inputs, storage);
    }
  }
  test_product(700, 40, 320, Storage::bf16);  // more rows than a band
  test_convolution({2, 7, 9, 480, 33, 3, 3, 2, 1, 1, 1});
  test_convolution({1, 4, 50, 256, 40, 3, 3, 1, 1, 0, 1});
  test_convolution({3, 16, 20, 480, 8, 3, 4, 2, 2, 1, 1});  // more pixels than a band
}

}  // namespace bun_asr::tests
