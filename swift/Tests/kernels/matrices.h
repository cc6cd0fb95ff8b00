// Weight matrices as they lie in memory, and the values that they stand for.
#pragma once

#include "checks.h"

namespace bun_asr::tests {

inline uint16_t to_half(float value, Storage storage) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  if (storage == Storage::bf16) return uint16_t((bits + 0x8000) >> 16);
  // Truncated; the values used here are normal numbers of half precision.
  const int exponent = int(bits >> 23 & 255) - 112;
  const uint16_t sign = uint16_t(bits >> 16 & 0x8000);
  if (exponent <= 0) return sign;
  return uint16_t(sign | exponent << 10 | (bits >> 13 & 0x3ff));
}

inline float from_half(uint16_t half, Storage storage) {
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

inline const char* name_of(Storage storage) {
  return storage == Storage::f32 ? "f32" : storage == Storage::f16 ? "f16" : "bf16";
}

/// A matrix in both forms; `magnitude` bounds the terms that a kernel may sum for each weight.
struct TestMatrix {
  std::shared_ptr<const PackedMatrix> packed;
  std::string name;
  Floats weights, magnitude;
  size_t outputs, inputs;
  // Of quantized weights:
  size_t group = 0;
  Floats largest;  // the largest magnitude for each output and group
};

/// Random codes, or all the largest.
inline TestMatrix quantized(size_t outputs, size_t groups, int bits, int group, Storage storage,
                            Arithmetic arithmetic = Arithmetic::full, bool largest = false) {
  TestMatrix m;
  m.group = size_t(group);
  m.outputs = outputs;
  m.inputs = groups * size_t(group);
  const size_t words = m.inputs * size_t(bits) / 32;
  std::vector<uint32_t> codes(outputs * words);
  for (auto& c : codes) c = largest ? 0xffffffff : generator();
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
  m.largest.resize(outputs * groups);
  for (size_t i = 0; i < m.largest.size(); i++) {
    m.largest[i] = float((1 << bits) - 1) * scales.values[i] + std::abs(biases.values[i]);
  }
  m.packed = PackedMatrix::quantized(codes.data(), scales.bytes.data(), biases.bytes.data(),
                                     storage, outputs, m.inputs, bits, group, arithmetic);
  m.name = std::to_string(bits) + "-bit group " + std::to_string(group) + " " + name_of(storage);
  return m;
}

}  // namespace bun_asr::tests
