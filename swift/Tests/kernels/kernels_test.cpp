// Every kernel of every table that this machine supports, over shapes with ugly tails.
//
// The reference is a plain loop in double precision; the scalar table is held to it, and every
// other table both to it and to the scalar table.
// Tolerance of a sum of n terms: float sums taken in different orders differ by at most n 2^-24
// times the sum of |terms|, and in practice by a small multiple of sqrt(n) 2^-24 times it; allowed
// are 4 sqrt(n) 2^-24 (and 2^-20 for short sums). Other tolerances stand beside their kernels.
//
// All buffers are vectors of the exact size, so a build with -fsanitize=address,undefined catches
// any access beyond an argument:
//   clang++ -std=c++20 -O2 kernels_test.cpp ../../Linux/CMLX/kernels/*.cpp \
//     -I../../Linux/CMLX/kernels -lpthread -o kernels_test
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "table.h"

using namespace bun_asr;

namespace {

using Floats = std::vector<float>;

int passed = 0, failed = 0;
std::mt19937 generator(20260101);

float normal() { return std::normal_distribution<float>()(generator); }
size_t pick(size_t low, size_t high) {
  return std::uniform_int_distribution<size_t>(low, high)(generator);
}
Floats normals(size_t count) {
  Floats values(count);
  for (auto& v : values) v = normal();
  return values;
}

void report(bool good, const std::string& what) {
  good ? passed++ : failed++;
  if (!good) std::printf("FAIL %s: %s\n", kernels_name(), what.c_str());
}

/// What is expected of one output: its value and how far from it a result may lie.
struct Expected {
  double value, tolerance;
};

double sum_tolerance(size_t terms, double magnitude) {
  return (std::max(16.0, 4 * std::sqrt(double(terms))) * 0x1p-24 * magnitude) + 1e-30;
}

void compare(const std::string& what, const std::vector<Expected>& expected, const Floats& result) {
  for (size_t i = 0; i < expected.size(); i++) {
    const double error = std::abs(double(result[i]) - expected[i].value);
    if (error <= expected[i].tolerance) continue;  // false for what is not a number
    char text[200];
    std::snprintf(text, sizeof text, "%s [%zu]: %.9g, expected %.9g +- %.2g", what.c_str(), i,
                  double(result[i]), expected[i].value, expected[i].tolerance);
    return report(false, text);
  }
  report(true, what);
}

/// Runs `body(result)` on every supported table, scalar first; compares each with `expected` and
/// with what the scalar table gave, to twice the tolerance.
template <class F>
void on_every_table(const std::string& what, const std::vector<Expected>& expected, const F& body) {
  std::vector<const Table*> tables;
  for (auto t = all_tables(); *t; t++) tables.insert(tables.begin(), *t);
  std::vector<Expected> scalar = expected;
  for (const Table* t : tables) {
    if (!use_table(t->name)) continue;
    Floats result(expected.size(), NAN);
    body(result.data());
    compare(what, expected, result);
    if (!std::strcmp(t->name, "scalar")) {
      for (size_t i = 0; i < scalar.size(); i++) {
        scalar[i] = {double(result[i]), 2 * expected[i].tolerance};
      }
    } else {
      compare(what + " (scalar)", scalar, result);
    }
  }
}

// ---- matrices ----------------------------------------------------------------------------------

uint16_t to_half(float value, Storage storage) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  if (storage == Storage::bf16) return uint16_t((bits + 0x8000) >> 16);
  // Truncated; the values used here are normal numbers of half precision.
  const int exponent = int(bits >> 23 & 255) - 112;
  const uint16_t sign = uint16_t(bits >> 16 & 0x8000);
  if (exponent <= 0) return sign;
  return uint16_t(sign | exponent << 10 | (bits >> 13 & 0x3ff));
}

float from_half(uint16_t half, Storage storage) {
  uint32_t bits = uint32_t(half) << 16;
  float value;
  if (storage == Storage::bf16) {
    std::memcpy(&value, &bits, 4);
    return value;
  }
  const int exponent = half >> 10 & 31, fraction = half & 0x3ff;
  value = exponent ? std::ldexp(float(1024 + fraction), exponent - 25)
                   : std::ldexp(float(fraction), -24);
  return half & 0x8000 ? -value : value;
}

/// Values as they lie in memory, and as they are understood.
struct Stored {
  std::vector<uint8_t> bytes;
  Floats values;

  Stored(const Floats& wanted, Storage storage) : values(wanted.size()) {
    const size_t size = storage == Storage::f32 ? 4 : 2;
    bytes.resize(wanted.size() * size);
    for (size_t i = 0; i < wanted.size(); i++) {
      if (storage == Storage::f32) {
        std::memcpy(&bytes[i * 4], &wanted[i], 4);
        values[i] = wanted[i];
      } else {
        const uint16_t half = to_half(wanted[i], storage);
        std::memcpy(&bytes[i * 2], &half, 2);
        values[i] = from_half(half, storage);
      }
    }
  }
};

const char* name_of(Storage storage) {
  return storage == Storage::f32 ? "f32" : storage == Storage::f16 ? "f16" : "bf16";
}

/// A matrix in both forms; `magnitude` bounds the terms that a kernel may sum for each weight.
struct TestMatrix {
  std::shared_ptr<const PackedMatrix> packed;
  std::string name;
  Floats weights, magnitude;
  size_t outputs, inputs;
};

TestMatrix quantized(size_t outputs, size_t groups, int bits, int group, Storage storage) {
  TestMatrix m;
  m.outputs = outputs;
  m.inputs = groups * size_t(group);
  const size_t words = m.inputs * size_t(bits) / 32;
  std::vector<uint32_t> codes(outputs * words);
  for (auto& c : codes) c = generator();
  Floats scale_values(outputs * groups), bias_values(outputs * groups);
  for (auto& s : scale_values) s = 0.01f + 0.05f * std::abs(normal());
  for (auto& b : bias_values) b = normal();
  const Stored scales(scale_values, storage), biases(bias_values, storage);
  m.weights.resize(outputs * m.inputs);
  m.magnitude.resize(m.weights.size());
  for (size_t o = 0; o < outputs; o++) {
    for (size_t i = 0; i < m.inputs; i++) {
      const size_t bit = i * size_t(bits);
      uint64_t two = codes[o * words + bit / 32];
      if (bit / 32 + 1 < words) two |= uint64_t(codes[o * words + bit / 32 + 1]) << 32;
      const float code = float(two >> bit % 32 & ((1u << bits) - 1));
      const float scale = scales.values[o * groups + i / size_t(group)];
      const float bias = biases.values[o * groups + i / size_t(group)];
      m.weights[o * m.inputs + i] = float(double(code) * scale + bias);
      m.magnitude[o * m.inputs + i] = code * scale + std::abs(bias);
    }
  }
  m.packed = PackedMatrix::quantized(codes.data(), scales.bytes.data(), biases.bytes.data(),
                                     storage, outputs, m.inputs, bits, group);
  m.name = std::to_string(bits) + "-bit group " + std::to_string(group) + " " + name_of(storage);
  return m;
}

TestMatrix dense(size_t outputs, size_t inputs, Storage storage) {
  const Stored stored(normals(outputs * inputs), storage);
  TestMatrix m;
  m.outputs = outputs;
  m.inputs = inputs;
  m.weights = stored.values;
  m.magnitude = stored.values;
  for (auto& v : m.magnitude) v = std::abs(v);
  m.packed = PackedMatrix::dense(stored.bytes.data(), storage, outputs, inputs);
  m.name = std::string("dense ") + name_of(storage);
  return m;
}

void test_multiply(const TestMatrix& m, size_t rows, bool with_bias) {
  const std::string what = m.name + " " + std::to_string(rows) + " x " + std::to_string(m.inputs) +
                           " -> " + std::to_string(m.outputs);
  if (!m.packed) return report(false, what + ": not packed");
  const Floats x = normals(rows * m.inputs);
  const Floats bias = normals(with_bias ? m.outputs : 0);
  std::vector<Expected> expected(rows * m.outputs);
  for (size_t r = 0; r < rows; r++) {
    for (size_t o = 0; o < m.outputs; o++) {
      double value = with_bias ? bias[o] : 0, magnitude = std::abs(value);
      for (size_t i = 0; i < m.inputs; i++) {
        value += double(x[r * m.inputs + i]) * m.weights[o * m.inputs + i];
        magnitude += std::abs(double(x[r * m.inputs + i])) * m.magnitude[o * m.inputs + i];
      }
      expected[r * m.outputs + o] = {value, sum_tolerance(m.inputs, magnitude)};
    }
  }
  on_every_table(what, expected, [&](float* y) {
    m.packed->multiply(x.data(), with_bias ? bias.data() : nullptr, y, rows);
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
  report(!PackedMatrix::quantized(nullptr, nullptr, nullptr, Storage::f32, 8, 64, 7, 64), "7 bits");
  report(!PackedMatrix::quantized(nullptr, nullptr, nullptr, Storage::f32, 8, 64, 4, 48), "group");
  report(!PackedMatrix::quantized(nullptr, nullptr, nullptr, Storage::f32, 8, 96, 4, 64), "inputs");
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
    on_every_table("conv2d", expected, [&](float* y) { conv2d(s, x.data(), w.data(), y); });
    const Floats bias = normals(s.out);
    for (size_t i = 0; i < expected.size(); i++) {
      expected[i].value += bias[i % s.out];
      expected[i].tolerance += 0x1p-20 * std::abs(bias[i % s.out]);
    }
    const auto packed = PackedMatrix::dense(w.data(), Storage::f32, s.out, s.kh * s.kw * s.in);
    on_every_table("convolve", expected,
                   [&](float* y) { packed->convolve(s, x.data(), bias.data(), y); });
  }
}

// ---- attention ---------------------------------------------------------------------------------

/// A tensor [batch, heads, positions, dim] whose memory order is [batch, positions, heads, dim] or
/// as given, without a gap at its end.
struct Strided {
  Floats data;
  int64_t strides[3];

  Strided(size_t batch, size_t heads, size_t positions, size_t dim, bool swapped)
      : data(normals(batch * heads * positions * dim)) {
    strides[0] = int64_t(heads * positions * dim);
    strides[1] = int64_t(swapped ? dim : positions * dim);
    strides[2] = int64_t(swapped ? heads * dim : dim);
  }
  const float* at(size_t batch, size_t head, size_t position) const {
    return data.data() + int64_t(batch) * strides[0] + int64_t(head) * strides[1] +
           int64_t(position) * strides[2];
  }
};

void test_attention(size_t batch, size_t group, size_t kv_heads, size_t queries, size_t keys,
                    size_t dim, Attention::Mask kind, bool windows = false) {
  Attention s{};
  s.batch = batch;
  s.heads = group * kv_heads;
  s.kv_heads = kv_heads;
  s.queries = queries;
  s.keys = keys;
  s.dim = dim;
  s.scale = 1 / std::sqrt(float(dim));
  s.mask = kind;
  const Strided q(batch, s.heads, queries, dim, pick(0, 1)),
      k(batch, kv_heads, keys, dim, pick(0, 1)), v(batch, kv_heads, keys, dim, pick(0, 1));
  std::copy_n(q.strides, 3, s.q_strides);
  std::copy_n(k.strides, 3, s.k_strides);
  std::copy_n(v.strides, 3, s.v_strides);

  // Masks broadcast over batch and heads, or over everything but keys.
  // With `windows`, queries see the keys of their own window only.
  constexpr size_t window = 104;
  const bool per_query = windows || pick(0, 1);
  const size_t mask_rows = per_query ? queries : 1;
  Floats additive(mask_rows * keys);
  std::vector<uint8_t> visible(mask_rows * keys);
  for (size_t i = 0; i < visible.size(); i++) {
    visible[i] = windows ? i / keys / window == i % keys / window : i % keys == 0 || pick(0, 2) > 0;
    additive[i] = visible[i] ? normal() : -INFINITY;
  }
  if (kind == Attention::Mask::additive) s.mask_data = additive.data();
  if (kind == Attention::Mask::visible) s.mask_data = visible.data();
  s.mask_strides[2] = per_query ? int64_t(keys) : 0;
  s.mask_strides[3] = 1;

  std::vector<Expected> expected;
  for (size_t b = 0; b < batch; b++) {
    for (size_t h = 0; h < s.heads; h++) {
      for (size_t i = 0; i < queries; i++) {
        std::vector<double> p(keys);
        double top = -INFINITY, total = 0, noise = 0;
        for (size_t j = 0; j < keys; j++) {
          double dot = 0, magnitude = 0;
          for (size_t d = 0; d < dim; d++) {
            const double term = double(q.at(b, h, i)[d]) * k.at(b, h / group, j)[d];
            dot += term;
            magnitude += std::abs(term);
          }
          const size_t mask_at = (per_query ? i * keys : 0) + j;
          p[j] = dot * s.scale;
          if (kind == Attention::Mask::causal && j > i + keys - queries) p[j] = -INFINITY;
          if (kind == Attention::Mask::additive) p[j] += additive[mask_at];
          if (kind == Attention::Mask::visible && !visible[mask_at]) p[j] = -INFINITY;
          noise = std::max(noise, sum_tolerance(dim, magnitude * s.scale));
          top = std::max(top, p[j]);
        }
        for (double& value : p) total += value = std::exp(value - top);
        for (size_t d = 0; d < dim; d++) {
          double value = 0, magnitude = 0;
          for (size_t j = 0; j < keys; j++) {
            const double term = p[j] / total * v.at(b, h / group, j)[d];
            value += term;
            magnitude += std::abs(term);
          }
          // A score off by e changes its weight by the factor 1 + e; exp adds 2 units itself.
          expected.push_back(
              {value, sum_tolerance(keys, magnitude) + (2 * noise + 1e-6) * magnitude});
        }
      }
    }
  }
  const std::string what = "attention " + std::to_string(group) + " x " + std::to_string(queries) +
                           " queries, " + std::to_string(keys) + " keys, dim " +
                           std::to_string(dim) + ", mask " + std::to_string(int(kind));
  on_every_table(what, expected, [&](float* out) {
    attention(s, q.data.data(), k.data.data(), v.data.data(), out);
  });
}

void test_attentions() {
  using Mask = Attention::Mask;
  for (Mask mask : {Mask::none, Mask::causal, Mask::additive, Mask::visible}) {
    for (size_t keys : {1, 7, 31, 65, 128, 129, 300}) {
      for (size_t queries : {size_t(1), size_t(2), std::min<size_t>(keys, 65), keys}) {
        if (queries > keys) continue;
        const size_t dims[] = {64, 128, 31, 8};
        test_attention(pick(1, 2), pick(1, 3), pick(1, 2), queries, keys, dims[pick(0, 3)], mask);
      }
    }
  }
  test_attention(1, 2, 1, 9, 40, 300, Mask::causal);  // heads larger than a panel
  test_attention(1, 1, 2, 450, 450, 64, Mask::visible, true);
  test_attention(2, 1, 1, 450, 450, 64, Mask::additive, true);
}

// ---- rows --------------------------------------------------------------------------------------

void test_norms() {
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

void test_rope() {
  for (int i = 0; i < 20; i++) {
    const size_t batch = pick(1, 2), heads = pick(1, 4), positions = pick(1, 9);
    const size_t dims = 2 * pick(1, 65), dim = dims + (i % 3 ? 0 : pick(1, 9));
    const int offset = i % 4 ? int(pick(0, 700)) : 0;
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
            const double at = double(offset) + double(p);
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
      rope(x.data.data(), x.strides, y, batch, heads, positions, dim, dims, base, 1, offset);
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

// ---- threads, choice of table ------------------------------------------------------------------

void test_threads() {
  auto covers = [](size_t count, size_t grain) {
    std::vector<std::atomic<int>> seen(count);
    parallel_for(count, grain, [&](size_t i, size_t end) {
      parallel_for(end - i, 1, [&](size_t j, size_t last) {
        for (; j < last; j++) seen[i + j]++;
      });
    });
    return std::all_of(seen.begin(), seen.end(), [](const auto& n) { return n == 1; });
  };
  bool good = true;
  for (int i = 0; i < 2000; i++) good &= covers(pick(0, 300), pick(0, 20));
  report(good, "parallel_for covers each item once");

  std::atomic<bool> all_good = true;
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; c++) {
    callers.emplace_back([&, c] {
      for (size_t i = 0; i < 500; i++) {
        if (!covers(i + size_t(c), 1)) all_good = false;
      }
    });
  }
  for (auto& caller : callers) caller.join();
  report(all_good, "parallel_for from several threads");
}

/// This program with BUN_ASR_KERNELS set prints what became of it.
std::string choice_for(const char* program, const char* name) {
  const char* runner = std::getenv("KERNELS_TEST_RUNNER");  // an emulator, for another processor
  const std::string command = "BUN_ASR_KERNELS=" + std::string(name) + " " +
                              (runner ? runner : "") + " '" + program + "' --choice";
  std::string output;
  if (FILE* pipe = popen(command.c_str(), "r")) {
    char line[300];
    while (std::fgets(line, sizeof line, pipe)) output += line;
    pclose(pipe);
  }
  return output;
}

void test_choice(const char* program) {
  report(choice_for(program, "nonsense").find("problem: BUN_ASR_KERNELS=nonsense") == 0,
         "an unknown table is refused");
  for (auto t = all_tables(); *t; t++) {
    const std::string expected =
        (*t)->supported() ? std::string("table: ") + (*t)->name + "\n" : "problem:";
    report(choice_for(program, (*t)->name).find(expected) == 0, "BUN_ASR_KERNELS chooses");
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && !std::strcmp(arguments[1], "--choice")) {
    if (kernels_problem())
      std::printf("problem: %s\n", kernels_problem());
    else
      std::printf("table: %s\n", kernels_name());
    return 0;
  }
  for (auto t = all_tables(); *t; t++) {
    std::printf("%s: %s\n", (*t)->name, (*t)->supported() ? "tested" : "not supported here");
  }
  test_threads();
  test_choice(arguments[0]);
  test_activations();
  test_norms();
  test_rope();
  test_matrices();
  test_conv2d();
  test_attentions();
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed ? 1 : 0;
}
