// How far products may be off whose factors are rounded to bytes, 64 of them with one scale.
#pragma once

#include "matrices.h"

namespace bun_asr::tests {

constexpr size_t group = 64;

/// Makes a table that rounds the one in use; false when this machine has none.
inline bool use_rounding_table() {
  for (auto t = all_tables(); *t; t++) {
    if ((*t)->int8.beats_floats && use_table((*t)->name)) return true;
  }
  return false;
}

/// Half a step of the codes that values[begin … end) become: 255 steps between their extremes, or
/// 127 on each side of zero.
inline double half_step(const Floats& values, size_t begin, size_t end, bool is_signed) {
  const auto [low, high] =
      std::minmax_element(values.begin() + long(begin), values.begin() + long(end));
  const double largest = std::max(std::abs(double(*low)), std::abs(double(*high)));
  const double step = is_signed ? largest / 127 : (double(*high) - double(*low)) / 255;
  return step / 2 * (1 + 1e-4);
}

/// Adds the terms of one group to a sum; each may be off by half a step of either factor.
inline void add_group(const Floats& x, size_t x_at, const Floats& w, size_t w_at, size_t count,
                      double w_step, double x_step, double& magnitude, Expected& sum) {
  for (size_t i = 0; i < count; i++) {
    const double a = x[x_at + i], b = w[w_at + i];
    sum.value += a * b;
    magnitude += std::abs(a * b) + std::abs(a) * w_step;
    sum.tolerance += std::abs(a) * w_step + std::abs(b) * x_step + x_step * w_step;
  }
}

}  // namespace bun_asr::tests
