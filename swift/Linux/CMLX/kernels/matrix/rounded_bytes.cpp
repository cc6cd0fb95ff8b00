#include "kernels/matrix/rounded_bytes.h"

#include <algorithm>
#include <cstring>

#include "kernels/matrix/block_reader.h"
#include "kernels/matrix/transpose.h"

namespace bun_asr {
namespace {

constexpr size_t group = max_span_inputs;
constexpr size_t group_bytes = block_outputs * (2 * sizeof(float) + group);

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
    const Table& t = table();
    float values[group], scales[block_outputs], biases[block_outputs];
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
          t.to_floats(storage, column + lane * row_bytes, there, values);
          t.round_weights(values, &scales[lane], &biases[lane], codes[lane]);
        }
        std::memcpy(to, scales, sizeof scales);
        std::memcpy(to + sizeof scales, biases, sizeof biases);
        transpose_words(
            codes[0], group, group / 4, [](FourWords words) { return words; },
            to + sizeof scales + sizeof biases);
      }
    }
  });
  return packed;
}

}  // namespace bun_asr
