// vForce on Linux.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "include/Accelerate.h"

namespace {

// log10 of positive normal numbers, correctly rounded but for one in a million. Without a branch
// or a call, so that the compiler vectorises the loop over it.
float ordinary_log10(float x) {
  const auto bits = std::bit_cast<uint32_t>(x);
  // x = m 2^e with m in [sqrt 1/2, sqrt 2), and log m = 2 artanh s with s = (m - 1) / (m + 1).
  const auto e = static_cast<int32_t>(bits - 0x3f3504f3u) >> 23;
  const double m = std::bit_cast<float>(bits - (static_cast<uint32_t>(e) << 23));
  const double s = (m - 1) / (m + 1), q = s * s;
  const double series =
      1 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11)))));
  constexpr double two_over_ln10 = 0.86858896380650365530, log10_of_2 = 0.30102999566398119521;
  return static_cast<float>(e * log10_of_2 + s * series * two_over_ln10);
}

bool is_ordinary(float x) {
  constexpr uint32_t smallest_normal = 0x00800000, infinity = 0x7f800000;
  return std::bit_cast<uint32_t>(x) - smallest_normal < infinity - smallest_normal;
}

}  // namespace

void vvlog10f(float* y, const float* x, const int* n) {
  constexpr int piece = 256;
  for (int first = 0; first < *n; first += piece) {
    const int count = std::min(*n - first, piece);
    float values[piece];  // x and y may be the same, and then nothing could be vectorised
    std::copy_n(x + first, count, values);
    uint32_t special = 0;
    for (int i = 0; i < count; i++) special |= !is_ordinary(values[i]);
    if (special) {
      for (int i = 0; i < count; i++) y[first + i] = std::log10(values[i]);
    } else {
      for (int i = 0; i < count; i++) y[first + i] = ordinary_log10(values[i]);
    }
  }
}
