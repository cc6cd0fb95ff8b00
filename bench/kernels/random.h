// Arguments that are the same at every run.
#pragma once

#include <random>
#include <vector>

namespace bun_asr::bench {

inline std::mt19937 generator(20260101);

/// Between -1 and 1.
inline std::vector<float> random_floats(size_t count) {
  std::uniform_real_distribution<float> distribution(-1, 1);
  std::vector<float> values(count);
  for (float& value : values) value = distribution(generator);
  return values;
}

/// The same as bfloat16.
inline std::vector<uint16_t> random_bf16(size_t count) {
  std::uniform_int_distribution<uint32_t> distribution(0x3c00, 0x3f7f);  // 2^-7 to 1
  std::vector<uint16_t> values(count);
  for (uint16_t& value : values) {
    const uint32_t bits = distribution(generator);
    value = uint16_t(bits | (generator() & 1) << 15);
  }
  return values;
}

inline std::vector<uint32_t> random_words(size_t count) {
  std::vector<uint32_t> values(count);
  for (uint32_t& value : values) value = uint32_t(generator());
  return values;
}

}  // namespace bun_asr::bench
