// Norms, rotary embedding, activations.
#include "checks.h"

namespace bun_asr::tests {

static void test_strided_rms_norm();

void test_norms() {
  test_strided_rms_norm();
  for (size_t size : {1, 7, 31, 65, 128, 1024, 1027}) {
    const size_t rows = pick(1, 20);
    const float eps = 1e-6f;
    Floats x = normals(rows * size);
    for (auto& value : x) value += 3;
    const Floats weight = normals(size), bias = normals(size);
    std::vector<Expected> rms, layer, plain;
    for (size_t r = 0; r < rows; r++) {
      double mean = 0, squares = 0, variance = 0;
      for (size_t i = 0; i < size; i++) {
        const double value = x[r * size + i];
        mean += value / double(size);
        squares += value * value / double(size);
      }
      for (size_t i = 0; i < size; i++) {
        variance += std::pow(x[r * size + i] - mean, 2) / double(size);
      }
      const double factor = 1 / std::sqrt(variance + double(eps));
      for (size_t i = 0; i < size; i++) {
        const double value = x[r * size + i];
        const double scaled = value / std::sqrt(squares + double(eps)) * weight[i];
        rms.push_back({scaled, sum_tolerance(size, std::abs(scaled) + 1e-6)});
        // x - mean loses what float holds of x, then grows by the factor.
        const double noise = sum_tolerance(size, (std::abs(value) + std::abs(mean)) * factor);
        const double centred = (value - mean) * factor;
        plain.push_back({centred, noise * (1 + std::abs(centred))});
        layer.push_back({centred * weight[i] + bias[i],
                         noise * (1 + std::abs(centred)) * (std::abs(weight[i]) + 1) + 1e-6});
      }
    }
    const std::string of = " of " + std::to_string(size);
    on_every_table("rms_norm" + of, rms,
                   [&](float* y) { rms_norm(x.data(), weight.data(), eps, y, rows, size); });
    on_every_table("rms_norm in place" + of, rms, [&](float* y) {
      std::copy(x.begin(), x.end(), y);
      rms_norm(y, weight.data(), eps, y, rows, size);
    });
    on_every_table("layer_norm" + of, layer, [&](float* y) {
      layer_norm(x.data(), weight.data(), bias.data(), eps, y, rows, size);
    });
    on_every_table("plain layer_norm" + of, plain,
                   [&](float* y) { layer_norm(x.data(), nullptr, nullptr, eps, y, rows, size); });
  }
}

static void test_strided_rms_norm() {
  for (int i = 0; i < 12; i++) {
    const size_t batch = pick(1, 3), heads = pick(1, 4), positions = pick(1, 9);
    const size_t size = pick(1, 140);
    const Strided x(batch, heads, positions, size, i % 2);
    const Floats weight = normals(size);
    std::vector<Expected> expected;
    for (size_t b = 0; b < batch; b++) {
      for (size_t h = 0; h < heads; h++) {
        for (size_t p = 0; p < positions; p++) {
          const float* row = x.at(b, h, p);
          double squares = 0;
          for (size_t d = 0; d < size; d++) squares += double(row[d]) * row[d] / double(size);
          for (size_t d = 0; d < size; d++) {
            const double value = row[d] / std::sqrt(squares + 1e-6) * weight[d];
            expected.push_back({value, sum_tolerance(size, std::abs(value) + 1e-6)});
          }
        }
      }
    }
    on_every_table("strided rms_norm", expected, [&](float* y) {
      rms_norm(x.data.data(), x.strides, weight.data(), 1e-6f, y, batch, heads, positions, size);
    });
  }
}

void test_to_f16() {
  Floats x = {0,          -0.0f,    1,        65504,      65519.9f,     -65520,        1e30f,
              0x1p-14f,   0x1p-24f, 0x1p-25f, 0x1.8p-24f, 0x1.ffep-15f, 0x1.ffffp-15f, 0x1.002p0f,
              0x1.006p0f, -INFINITY};
  for (int i = 0; i < 2000; i++) x.push_back(std::ldexp(normal(), int(pick(0, 45)) - 28));
  std::vector<Expected> expected;
  for (float value : x) {
    // The distance of neighbours, and the nearest of them; ties go to the even one.
    if (std::isinf(value)) {
      expected.push_back({std::copysign(1e9, value), 0});
      continue;
    }
    const double unit = std::ldexp(1.0, std::max(std::ilogb(double(value) + 0.0), -14) - 10);
    const double nearest = value == 0 ? 0 : std::nearbyint(value / unit) * unit;
    expected.push_back({std::abs(nearest) >= 65520 ? std::copysign(1e9, nearest) : nearest, 0});
  }
  on_every_table("to_f16", expected, [&](float* y) {
    std::vector<uint16_t> halves(x.size());
    to_f16(x.data(), halves.data(), x.size());
    for (size_t i = 0; i < x.size(); i++) {
      const bool infinite = (halves[i] & 0x7fff) == 0x7c00;
      y[i] =
          infinite ? std::copysign(1e9f, halves[i] & 0x8000 ? -1.0f : 1.0f) : f16_value(halves[i]);
    }
  });
}

void test_rope() {
  for (int i = 0; i < 20; i++) {
    const size_t batch = pick(1, 2), heads = pick(1, 4), positions = pick(1, 9);
    const size_t dims = 2 * pick(1, 65), dim = dims + (i % 3 ? 0 : pick(1, 9));
    const int32_t offsets[] = {i % 4 ? int32_t(pick(0, 700)) : 0, int32_t(pick(0, 700))};
    const float base = i % 2 ? 1e6f : 1e4f;
    const Strided x(batch, heads, positions, dim, i % 2);
    std::vector<Expected> expected;
    for (size_t b = 0; b < batch; b++) {
      for (size_t h = 0; h < heads; h++) {
        for (size_t p = 0; p < positions; p++) {
          const float* row = x.at(b, h, p);
          for (size_t d = 0; d < dim; d++) {
            if (d >= dims) {
              expected.push_back({row[d], 0});
              continue;
            }
            const size_t pair = d % (dims / 2);
            const double at = double(offsets[b]) + double(p);
            const double angle = at * std::pow(double(base), -2.0 * double(pair) / double(dims));
            const double a = row[pair], c = row[pair + dims / 2];
            const double value = d < dims / 2 ? a * std::cos(angle) - c * std::sin(angle)
                                              : c * std::cos(angle) + a * std::sin(angle);
            // The angle itself is a float: two roundings of up to 700 radians.
            const double noise = (2 * 0x1p-24 * angle + 4 * 0x1p-24) * (std::abs(a) + std::abs(c));
            expected.push_back({value, noise + 1e-30});
          }
        }
      }
    }
    on_every_table("rope", expected, [&](float* y) {
      rope(x.data.data(), x.strides, y, batch, heads, positions, dim, dims, base, 1, offsets);
    });
  }
}

void test_activations() {
  for (size_t count : {1, 7, 31, 65, 4097, 40001}) {
    Floats x = normals(count);
    for (size_t i = 0; i < count; i++) x[i] *= i % 5 ? 3 : 30;
    std::vector<Expected> gelus, silus;
    for (float value : x) {
      const double v = value, g = 0.5 * v * std::erfc(-v / std::sqrt(2.0)),
                   s = v / (1 + std::exp(-v));
      gelus.push_back({g, 1e-6 + 2 * 0x1p-24 * std::abs(g)});
      silus.push_back({s, 1e-7 + 8 * 0x1p-24 * std::abs(s)});
    }
    on_every_table("gelu", gelus, [&](float* y) { gelu(x.data(), y, count); });
    on_every_table("silu", silus, [&](float* y) { silu(x.data(), y, count); });
  }
}

void test_swiglu() {
  for (size_t size : {1, 15, 33, 3072}) {
    const size_t rows = pick(1, 5), gate_stride = size + pick(0, 3), up_stride = size + pick(0, 3);
    const Floats gate = normals(rows * gate_stride), up = normals(rows * up_stride);
    std::vector<Expected> expected;
    for (size_t r = 0; r < rows; r++) {
      for (size_t i = 0; i < size; i++) {
        const double g = gate[r * gate_stride + i];
        const double value = g / (1 + std::exp(-g)) * up[r * up_stride + i];
        expected.push_back({value, 16 * 0x1p-24 * std::abs(value) + 1e-7});
      }
    }
    on_every_table("swiglu", expected, [&](float* y) {
      swiglu(gate.data(), gate_stride, up.data(), up_stride, y, rows, size);
    });
  }
}

void test_argmax() {
  const float nan = std::nanf(""), low = -INFINITY;
  for (size_t size : {1, 5, 16, 100, 16384, 16385, 70001}) {
    const size_t rows = pick(1, 3);
    Floats x = normals(rows * size);
    std::vector<Expected> expected;
    for (size_t r = 0; r < rows; r++) {
      float* row = x.data() + r * size;
      // The largest twice, after something that is not a number: the first of them counts.
      const size_t place = pick(0, size - 1);
      if (place > 0) row[pick(0, place - 1)] = nan;
      row[place] = 50;
      row[pick(place, size - 1)] = 50;
      expected.push_back({double(place), 0});
    }
    on_every_table("argmax", expected, [&](float* y) {
      std::vector<uint32_t> places(rows);
      argmax(x.data(), places.data(), rows, size);
      std::copy(places.begin(), places.end(), y);
    });
  }
  const Floats none = {nan, nan, nan}, lowest = {nan, low, low};
  uint32_t place = 9;
  argmax(none.data(), &place, 1, 3);
  report(place == 0, "argmax where nothing is a number");
  argmax(lowest.data(), &place, 1, 3);
  report(place == 1, "argmax of -infinity");
}

void test_log_sum_exp() {
  const float low = -INFINITY;
  for (size_t size : {1, 5, 16, 100, 16384, 16385, 70001}) {
    const size_t rows = pick(1, 3);
    Floats x = normals(rows * size);
    std::vector<Expected> expected;
    for (size_t r = 0; r < rows; r++) {
      float* row = x.data() + r * size;
      // Far from zero, some values that count for nothing, the first piece perhaps all of them.
      for (size_t i = 0; i < size; i++) row[i] = i % 7 == 3 ? low : 20 * row[i] + 500;
      if (r == 1 && size > 16384) std::fill(row, row + 16384, low);
      double top = *std::max_element(row, row + size), sum = 0;
      for (size_t i = 0; i < size; i++) sum += std::exp(double(row[i]) - top);
      const double value = top + std::log(sum);
      expected.push_back({value, 1e-6 * std::abs(value) + 1e-6});
    }
    on_every_table("log_sum_exp of " + std::to_string(size), expected,
                   [&](float* y) { log_sum_exp(x.data(), y, rows, size); });
  }
  const Floats none = {low, low, low}, endless = {0, INFINITY, low};
  float y = 0;
  log_sum_exp(none.data(), &y, 1, 3);
  report(y == low, "log_sum_exp of -infinity");
  log_sum_exp(endless.data(), &y, 1, 3);
  report(y == INFINITY, "log_sum_exp of infinity");
}

}  // namespace bun_asr::tests
