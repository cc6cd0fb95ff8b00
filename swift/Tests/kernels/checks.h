// What every test of a kernel needs: random arguments, and the comparison on every table.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "kernels/table.h"

namespace bun_asr::tests {

using Floats = std::vector<float>;

inline int passed = 0, failed = 0;
inline std::mt19937 generator(20260101);

inline float normal() { return std::normal_distribution<float>()(generator); }
inline size_t pick(size_t low, size_t high) {
  return std::uniform_int_distribution<size_t>(low, high)(generator);
}
inline Floats normals(size_t count) {
  Floats values(count);
  for (auto& v : values) v = normal();
  return values;
}

inline void report(bool good, const std::string& what) {
  good ? passed++ : failed++;
  if (!good) std::printf("FAIL %s: %s\n", kernels_name(), what.c_str());
}

/// What is expected of one output: its value and how far from it a result may lie.
struct Expected {
  double value, tolerance;
};

inline double sum_tolerance(size_t terms, double magnitude) {
  return (std::max(16.0, 4 * std::sqrt(double(terms))) * 0x1p-24 * magnitude) + 1e-30;
}

inline void compare(const std::string& what, const std::vector<Expected>& expected,
                    const Floats& result) {
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

inline float f16_value(uint16_t half) {
  const int exponent = half >> 10 & 31, mantissa = half & 1023;
  const float magnitude = exponent ? std::ldexp(float(1024 + mantissa), exponent - 25)
                                   : std::ldexp(float(mantissa), -24);
  return half & 0x8000 ? -magnitude : magnitude;
}

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
  /// Rounds the values to float16, and returns that form.
  std::vector<uint16_t> halve() {
    std::vector<uint16_t> halves(data.size());
    to_f16(data.data(), halves.data(), data.size());
    for (size_t i = 0; i < data.size(); i++) data[i] = f16_value(halves[i]);
    return halves;
  }
  const float* at(size_t batch, size_t head, size_t position) const {
    return data.data() + int64_t(batch) * strides[0] + int64_t(head) * strides[1] +
           int64_t(position) * strides[2];
  }
};

// The tests.
void test_matrices();
void test_conv2d();
void test_int16();
void test_int8();
void test_int8x2();
void test_rounded_bytes();
void test_winograd();
void test_attentions();
void test_norms();
void test_to_f16();
void test_rope();
void test_activations();
void test_swiglu();
void test_argmax();
void test_log_sum_exp();
void test_threads();
void test_choice(const char* program);

}  // namespace bun_asr::tests
