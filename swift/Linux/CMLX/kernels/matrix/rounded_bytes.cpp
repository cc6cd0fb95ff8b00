#include "kernels/matrix/rounded_bytes.h"

#include <algorithm>
#include <cstring>

#include "kernels/matrix/block_reader.h"
#include "kernels/matrix/transpose.h"

namespace bun_asr {
namespace {

constexpr size_t group = 64;
constexpr size_t group_bytes = block_outputs * (2 * sizeof(float) + group);

float widened(uint32_t x) {
  float value;
  std::memcpy(&value, &x, sizeof value);
  return value;
}

/// `count` weights as floats.
void load_weights(const uint8_t* from, Storage storage, size_t count, float* to) {
  uint16_t halves[group];
  switch (storage) {
    case Storage::f32: std::memcpy(to, from, count * sizeof(float)); break;
    case Storage::bf16:
      std::memcpy(halves, from, count * 2);
      for (size_t i = 0; i < count; i++) to[i] = widened(uint32_t(halves[i]) << 16);
      break;
    case Storage::f16:
      std::memcpy(halves, from, count * 2);
      for (size_t i = 0; i < count; i++) {
        // Exponents are biased by 15 instead of 127; the product is exact, subnormals included.
        const uint32_t sign = uint32_t(halves[i] & 0x8000) << 16;
        to[i] = widened(sign | uint32_t(halves[i] & 0x7fff) << 13) * 0x1p112f;
      }
      break;
  }
}

/// One group of one output: its scale and bias at `lane`, and its codes.
void round_group(const float* values, size_t lane, uint8_t* to, uint8_t* codes) {
  // Eight at a time, which compilers make vectors of.
  float low[8], high[8];
  std::copy_n(values, 8, low);
  std::copy_n(values, 8, high);
  for (size_t i = 8; i < group; i += 8) {
    for (size_t j = 0; j < 8; j++) {
      low[j] = std::min(low[j], values[i + j]);
      high[j] = std::max(high[j], values[i + j]);
    }
  }
  const float bias = *std::min_element(low, low + 8);
  const float scale = (*std::max_element(high, high + 8) - bias) / 255;
  const float inverse = scale > 1e-30f ? 1 / scale : 0;
  std::memcpy(to + lane * sizeof(float), &scale, sizeof scale);
  std::memcpy(to + (block_outputs + lane) * sizeof(float), &bias, sizeof bias);
  for (size_t i = 0; i < group; i++) codes[i] = uint8_t((values[i] - bias) * inverse + 0.5f);
}

}  // namespace

bool gains_by_bytes(size_t inputs) { return table().int8.beats_floats && inputs % group == 0; }

std::shared_ptr<const Packed> rounded_to_bytes(const WeightRows& weights, Storage storage,
                                               size_t outputs, size_t taps, size_t channels,
                                               size_t room) {
  MatrixView shape{};
  shape.format = Format::codes8;
  shape.scale_storage = Storage::f32;
  shape.group = group;
  shape.outputs = outputs;
  shape.inputs = taps * room;
  shape.block_bytes = shape.inputs / group * group_bytes;
  auto packed = std::make_shared<Packed>(shape, Arithmetic::fast);
  if (!packed->memory()) return nullptr;
  packed->inputs = taps * channels;
  const size_t size = storage == Storage::f32 ? 4 : 2, row_bytes = taps * channels * size;
  parallel_for(shape.blocks(), 1, [&](size_t b, size_t end) {
    thread_local Scratch<uint8_t> room_for_rows;
    BlockReader rows(weights, row_bytes, outputs, end, room_for_rows);
    float values[group];
    uint8_t codes[block_outputs][group];
    for (; b < end; b++) {
      const uint8_t* block = rows.block(b);
      uint8_t* to = packed->memory() + b * shape.block_bytes;
      for (size_t k = 0; k < shape.inputs; k += group, to += group_bytes) {
        const size_t tap = k / room, channel = k % room;
        const size_t there = channel < channels ? std::min(group, channels - channel) : 0;
        const uint8_t* column = block + (tap * channels + channel) * size;
        std::fill(values + there, values + group, 0.0f);
        for (size_t lane = 0; lane < block_outputs; lane++) {
          load_weights(column + lane * row_bytes, storage, there, values);
          round_group(values, lane, to, codes[lane]);
        }
        transpose_words(
            codes[0], group, group / 4, [](FourWords words) { return words; },
            to + 2 * block_outputs * sizeof(float));
      }
    }
  });
  return packed;
}

}  // namespace bun_asr
