// Convolutions of stride 2 by fewer products, against the definition. How far off a result may be
// follows from what the products multiply: sums and differences, rounded after they are made.
#include "rounding.h"

namespace bun_asr::tests {

namespace {

using Pixel = std::vector<float>;  // its channels

/// What three products take of three inputs, or of the two taps that pass over them.
Pixel of_inputs(const Pixel& x0, const Pixel& x1, const Pixel& x2, size_t place) {
  Pixel y = x1;
  for (size_t i = 0; i < y.size(); i++) {
    if (place != 1) y[i] = (place == 0 ? x0 : x2)[i] - x1[i];
  }
  return y;
}

Pixel of_taps(const Pixel& g0, const Pixel& g1, size_t place) {
  Pixel y = place == 2 ? g1 : g0;
  for (size_t i = 0; i < y.size() && place == 1; i++) y[i] = g0[i] + g1[i];
  return y;
}

/// The inputs of product [a][c] one after the other, of a patch of 5 x 5 pixels.
Floats inputs_of(const std::vector<Pixel>& patch, size_t a, size_t c) {
  auto at = [&](size_t row, size_t column) { return patch[5 * row + column]; };
  auto down = [&](size_t column) {
    return of_inputs(at(0, column), at(2, column), at(4, column), a);
  };
  auto across = [&](size_t row) { return of_inputs(at(row, 0), at(row, 2), at(row, 4), c); };
  std::vector<Pixel> parts{of_inputs(down(0), down(2), down(4), c)};
  if (c != 1) parts.push_back(down(1 + c));
  if (a != 1) parts.push_back(across(1 + a));
  if (a != 1 && c != 1) parts.push_back(at(1 + a, 1 + c));
  Floats all;
  for (const Pixel& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// The weights that meet them, of 3 x 3 taps.
Floats weights_of(const std::vector<Pixel>& taps, size_t a, size_t c) {
  auto at = [&](size_t row, size_t column) { return taps[3 * row + column]; };
  auto down = [&](size_t column) { return of_taps(at(0, column), at(2, column), a); };
  std::vector<Pixel> parts{of_taps(down(0), down(2), c)};
  if (c != 1) parts.push_back(down(1));
  if (a != 1) parts.push_back(of_taps(at(1, 0), at(1, 2), c));
  if (a != 1 && c != 1) parts.push_back(at(1, 1));
  Floats all;
  for (const Pixel& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// How factors are rounded: to bytes, 64 together, or to int16, 256 together.
struct Rounding {
  size_t group;
  bool (*use_table)();
  double (*x_step)(const Floats&, size_t begin, size_t end);
  double (*w_step)(const Floats&, size_t begin, size_t end);
};

/// Half a step of int16 codes.
double half_step16(const Floats& values, size_t begin, size_t end) {
  return half_step(values, begin, end, true) * 127 / double(max_int16_code);
}

/// Makes a table that rounds float weights to int16 the one in use; false when there is none.
bool use_int16_table() {
  for (auto t = all_tables(); *t; t++) {
    if ((*t)->int16.tile && !(*t)->int8.beats_floats && bun_asr::use_table((*t)->name)) return true;
  }
  return false;
}

const Rounding bytes{
    group, use_rounding_table,
    [](const Floats& v, size_t begin, size_t end) { return half_step(v, begin, end, true); },
    [](const Floats& v, size_t begin, size_t end) { return half_step(v, begin, end, false); }};
const Rounding halves{panel_inputs, use_int16_table, half_step16, half_step16};

void test_shape(const Conv2d& s, Storage storage, const Rounding& rounding) {
  const Floats x = normals(s.batch * s.height * s.width * s.in), bias = normals(s.out);
  const Stored stored(normals(s.out * 9 * s.in), storage);
  if (!rounding.use_table()) return;
  const auto packed = PackedMatrix::convolution(stored.bytes.data(), storage, s, Arithmetic::fast);
  const size_t height = s.out_height(), width = s.out_width();
  const std::string what = "strided convolution " + std::to_string(s.batch) + " x " +
                           std::to_string(s.height) + " x " + std::to_string(s.width);
  // 25 inputs a channel, for four times nine.
  report(packed->bytes > 25 * s.in * s.out, what + ": is not in its own form");
  auto pixel = [&](size_t image, size_t h, size_t w) {  // wraps when negative
    const bool inside = h < s.height && w < s.width;
    const float* from = x.data() + (inside ? ((image * s.height + h) * s.width + w) * s.in : 0);
    return inside ? Pixel(from, from + s.in) : Pixel(s.in, 0.0f);
  };
  std::vector<std::vector<Pixel>> taps(s.out);
  for (size_t i = 0; i < s.out * 9; i++) {
    const float* from = stored.values.data() + i * s.in;
    taps[i / 9].emplace_back(from, from + s.in);
  }
  std::vector<Expected> expected(s.batch * height * width * s.out);
  std::vector<double> magnitudes(expected.size());
  for (size_t i = 0; i < expected.size(); i++) {
    const size_t o = i % s.out, w = i / s.out % width, h = i / s.out / width % height;
    expected[i] = {bias[o], 1e-30};
    magnitudes[i] = std::abs(double(bias[o]));
    for (size_t tap = 0; tap < 9; tap++) {
      const Pixel at =
          pixel(i / s.out / width / height, 2 * h + tap / 3 - s.pad_h, 2 * w + tap % 3 - s.pad_w);
      for (size_t k = 0; k < s.in; k++) expected[i].value += double(at[k]) * taps[o][tap][k];
    }
  }
  for (size_t i = 0; i < expected.size(); i++) {
    const size_t o = i % s.out, w = i / s.out % width, h = i / s.out / width % height;
    std::vector<Pixel> patch;
    for (size_t p = 0; p < 25; p++) {
      patch.push_back(pixel(i / s.out / width / height, h / 2 * 4 + p / 5 - s.pad_h,
                            w / 2 * 4 + p % 5 - s.pad_w));
    }
    for (size_t product = 0; product < 4; product++) {
      const size_t a = h % 2 + product / 2, c = w % 2 + product % 2;
      Floats in = inputs_of(patch, a, c), weights = weights_of(taps[o], a, c);
      const size_t filled = (in.size() + group - 1) / group * group;
      in.resize(filled);
      weights.resize(filled);
      Expected rounded{0, 0};
      for (size_t k = 0; k < filled; k += rounding.group) {
        const size_t end = std::min(filled, k + rounding.group);
        add_group(in, k, weights, k, end - k, rounding.w_step(weights, k, end),
                  rounding.x_step(in, k, end), magnitudes[i], rounded);
      }
      expected[i].tolerance += rounded.tolerance;
    }
    expected[i].tolerance += sum_tolerance(25 * s.in, 4 * magnitudes[i]);
  }
  on_every_table(what, expected,
                 [&](float* y) { packed->convolve(s, x.data(), {.bias = bias.data()}, y); });

  // What follows the sums, beside what it is made of.
  const Floats residual = normals(expected.size());
  Floats plain(expected.size()), whole(expected.size());
  packed->convolve(s, x.data(), {.bias = bias.data()}, plain.data());
  packed->convolve(s, x.data(), {bias.data(), true, residual.data()}, whole.data());
  std::vector<Expected> finished;
  for (size_t i = 0; i < plain.size(); i++) {
    const double value = plain[i] * (1 + std::erf(plain[i] / std::sqrt(2.0))) / 2 + residual[i];
    finished.push_back({value, 2e-6 * (1 + std::abs(value))});
  }
  compare(what + ", with what follows", finished, whole);
}

}  // namespace

void test_winograd() {
  for (const Rounding& rounding : {bytes, halves}) {
    test_shape({1, 6, 10, 256, 33, 3, 3, 2, 2, 1, 1}, Storage::bf16, rounding);
    test_shape({2, 7, 9, 480, 5, 3, 3, 2, 2, 1, 1}, Storage::f32, rounding);
    test_shape({1, 9, 4, 288, 32, 3, 3, 2, 2, 0, 1}, Storage::f16, rounding);
    test_shape({1, 1, 1, 256, 1, 3, 3, 2, 2, 1, 1}, Storage::f32, rounding);
    // More patches than a band.
    test_shape({3, 40, 46, 256, 4, 3, 3, 2, 2, 1, 1}, Storage::f32, rounding);
  }
}

}  // namespace bun_asr::tests
