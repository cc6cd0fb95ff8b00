// Weight matrices in the order in which the kernels read them.
//
// Outputs go in blocks of 32 (the last one filled up with zeros), so that vectors of 4, 8 or 16
// neighbouring outputs are contiguous and a block is one stream of memory.
//
//   codes4 (2, 3 and 4 bits), codes8 (5, 6 and 8 bits), for each group of inputs:
//     32 scales | 32 biases | words [group / n][32]
//     A 32-bit word holds n = 8 or 4 neighbouring inputs of one output: byte j holds input j, and
//     in codes4 input j + 4 in its high nibble.
//   f32, f16: [inputs][32]        bf16: [inputs / 2][32] pairs, an odd last input paired with zero
//   int16, for each panel of 256 inputs: 32 float scales | [inputs / 2][32] pairs, likewise
//
// Bytes a weight at group 64 with 16-bit scales: codes4 0.5625, codes8 1.0625.
#include "kernels/matrix/packed.h"

#include <cstring>

#include "kernels/matrix/gemm.h"
#include "kernels/matrix/int16.h"
#include "kernels/matrix/int8.h"
#include "kernels/matrix/int8_convolution.h"
#include "kernels/matrix/int8x2.h"
#include "kernels/matrix/rounded_bytes.h"

namespace bun_asr {
namespace {

size_t storage_bytes(Storage storage) { return storage == Storage::f32 ? 4 : 2; }

/// Nibbles 0-3 to the low halves of bytes 0-3, nibbles 4-7 to the high ones.
uint32_t spread_nibbles(uint32_t word) {
  auto to_bytes = [](uint32_t x) {
    x = (x | x << 8) & 0x00ff00ff;
    return (x | x << 4) & 0x0f0f0f0f;
  };
  return to_bytes(word & 0xffff) | to_bytes(word >> 16) << 4;
}

/// The packed word that holds inputs i, i + 1, … of a row.
template <int bits>
uint32_t packed_word(const uint8_t* row, size_t row_bytes, size_t i) {
  uint32_t word = 0;
  if constexpr (bits == 4 || bits == 8) {
    std::memcpy(&word, row + i * bits / 8, 4);
    return bits == 4 ? spread_nibbles(word) : word;
  }
  constexpr size_t codes = bits <= 4 ? 8 : 4;
  const size_t bit = i * bits, byte = bit / 8;
  uint64_t stream = 0;
  if (byte + 8 <= row_bytes) {
    std::memcpy(&stream, row + byte, 8);
  } else {
    std::memcpy(&stream, row + byte, row_bytes - byte);
  }
  stream >>= bit % 8;
  for (size_t j = 0; j < codes; j++, stream >>= bits) {
    const uint32_t code = uint32_t(stream) & ((1u << bits) - 1);
    word |= code << (codes == 8 ? 8 * (j & 3) + 4 * (j >> 2) : 8 * j);
  }
  return word;
}

/// One group of one output: its words, 32 apart.
template <int bits>
void pack_group(const uint8_t* row, size_t row_bytes, size_t first, size_t group, uint8_t* to) {
  constexpr size_t codes = bits <= 4 ? 8 : 4;
  for (size_t i = first; i < first + group; i += codes, to += block_outputs * 4) {
    const uint32_t word = packed_word<bits>(row, row_bytes, i);
    std::memcpy(to, &word, 4);
  }
}

using PackGroup = void (*)(const uint8_t*, size_t, size_t, size_t, uint8_t*);

PackGroup group_packer(int bits) {
  switch (bits) {
    case 2: return pack_group<2>;
    case 3: return pack_group<3>;
    case 4: return pack_group<4>;
    case 5: return pack_group<5>;
    case 6: return pack_group<6>;
    case 8: return pack_group<8>;
    default: return nullptr;
  }
}

/// One block of float weights: `filled` outputs of `inputs` elements of type T, `pair` to a word.
template <class T, size_t pair>
void pack_floats(const uint8_t* from, size_t filled, size_t inputs, uint8_t* to) {
  // By pieces of the inputs, so that what is written stays in the first-level cache for all lanes.
  constexpr size_t piece = 64;
  for (size_t first = 0; first < inputs; first += piece) {
    const size_t last = std::min(inputs, first + piece);
    for (size_t lane = 0; lane < filled; lane++) {
      const uint8_t* row = from + lane * inputs * sizeof(T);
      for (size_t i = first; i < last; i++) {
        const size_t at = (i / pair * block_outputs + lane) * pair + i % pair;
        std::memcpy(to + at * sizeof(T), row + i * sizeof(T), sizeof(T));
      }
    }
  }
}

MatrixView dense_shape(Storage storage, size_t outputs, size_t inputs) {
  MatrixView shape{};
  shape.format = storage == Storage::f32   ? Format::f32
                 : storage == Storage::f16 ? Format::f16
                                           : Format::bf16;
  shape.outputs = outputs;
  shape.inputs = inputs;
  const size_t pair = storage == Storage::bf16 ? 2 : 1;
  shape.block_bytes = (inputs + pair - 1) / pair * pair * block_outputs * storage_bytes(storage);
  return shape;
}

void pack_dense(const void* weights, Storage storage, const MatrixView& shape, uint8_t* memory) {
  const size_t size = storage_bytes(storage), pair = storage == Storage::bf16 ? 2 : 1;
  const auto* from = static_cast<const uint8_t*>(weights);
  const auto pack = storage == Storage::f32   ? pack_floats<uint32_t, 1>
                    : storage == Storage::f16 ? pack_floats<uint16_t, 1>
                                              : pack_floats<uint16_t, 2>;
  parallel_for(shape.blocks(), 1, [&](size_t b, size_t end) {
    for (; b < end; b++) {
      const size_t filled = std::min(block_outputs, shape.outputs - b * block_outputs);
      uint8_t* to = memory + b * shape.block_bytes;
      if (filled < block_outputs || shape.inputs % pair != 0) {
        std::memset(to, 0, shape.block_bytes);
      }
      pack(from + b * block_outputs * shape.inputs * size, filled, shape.inputs, to);
    }
  });
}

}  // namespace

Packed::Packed(const MatrixView& shape, Arithmetic arithmetic)
    : view_(shape), arithmetic_(arithmetic) {
  outputs = shape.outputs;
  inputs = shape.inputs;
  bytes = shape.blocks() * shape.block_bytes;
  memory_ = take_weight_memory(bytes);
  view_.data = memory_.get();
}

std::shared_ptr<const PackedMatrix> PackedMatrix::quantized(const uint32_t* codes,
                                                            const void* scales, const void* biases,
                                                            Storage storage, size_t outputs,
                                                            size_t inputs, int bits, int group,
                                                            Arithmetic arithmetic) {
  const PackGroup pack = group_packer(bits);
  const bool known_group = group == 32 || group == 64 || group == 128;
  if (!pack || !known_group || outputs == 0 || inputs == 0 || inputs % size_t(group) != 0) {
    return nullptr;
  }
  const size_t scale_size = storage_bytes(storage), groups = inputs / size_t(group);
  MatrixView shape{};
  shape.format = bits <= 4 ? Format::codes4 : Format::codes8;
  shape.scale_storage = storage;
  shape.group = size_t(group);
  shape.outputs = outputs;
  shape.inputs = inputs;
  const size_t inputs_a_word = shape.format == Format::codes4 ? 8 : 4;
  const size_t group_bytes = block_outputs * (2 * scale_size + shape.group / inputs_a_word * 4);
  shape.block_bytes = groups * group_bytes;

  auto packed = std::make_shared<Packed>(shape, arithmetic);
  if (!packed->memory()) return nullptr;
  const size_t row_bytes = inputs * size_t(bits) / 8;
  const auto* code_bytes = reinterpret_cast<const uint8_t*>(codes);
  const auto* scale_at = static_cast<const uint8_t*>(scales);
  const auto* bias_at = static_cast<const uint8_t*>(biases);
  parallel_for(shape.blocks(), 1, [&](size_t b, size_t end) {
    for (; b < end; b++) {
      const size_t filled = std::min(block_outputs, outputs - b * block_outputs);
      uint8_t* to = packed->memory() + b * shape.block_bytes;
      if (filled < block_outputs) std::memset(to, 0, shape.block_bytes);
      for (size_t g = 0; g < groups; g++, to += group_bytes) {
        uint8_t* words_to = to + 2 * block_outputs * scale_size;
        for (size_t lane = 0; lane < filled; lane++) {
          const size_t output = b * block_outputs + lane, scale = output * groups + g;
          std::memcpy(to + lane * scale_size, scale_at + scale * scale_size, scale_size);
          std::memcpy(to + (block_outputs + lane) * scale_size, bias_at + scale * scale_size,
                      scale_size);
          pack(code_bytes + output * row_bytes, row_bytes, g * shape.group, shape.group,
               words_to + lane * 4);
        }
      }
    }
  });
  return packed;
}

std::shared_ptr<const PackedMatrix> PackedMatrix::dense(const void* weights, Storage storage,
                                                        size_t outputs, size_t inputs,
                                                        Arithmetic arithmetic) {
  if (outputs == 0 || inputs == 0) return nullptr;
  if (arithmetic == Arithmetic::fast && gains_by_bytes(inputs)) {
    return rounded_to_bytes(weights, storage, outputs, 1, inputs, inputs);
  }
  MatrixView shape = dense_shape(storage, outputs, inputs);
  if (arithmetic != Arithmetic::full && gains_by_int16(inputs)) {
    Scratch<uint8_t> memory;
    uint8_t* dense = memory.reserve(shape.blocks() * shape.block_bytes);
    pack_dense(weights, storage, shape, dense);
    shape.data = dense;
    return rounded_to_int16(shape);
  }
  auto packed = std::make_shared<Packed>(shape, arithmetic);
  if (!packed->memory()) return nullptr;
  pack_dense(weights, storage, shape, packed->memory());
  return packed;
}

std::shared_ptr<const PackedMatrix> PackedMatrix::convolution(const void* weights, Storage storage,
                                                              size_t outputs, size_t taps,
                                                              size_t channels,
                                                              Arithmetic arithmetic) {
  const size_t room = panel_channels(channels);
  // Zeros are multiplied as slowly as other numbers.
  const bool pays = channels * 8 >= room * 7 && gains_by_bytes(room);
  if (arithmetic == Arithmetic::fast && outputs > 0 && pays) {
    return rounded_to_bytes(weights, storage, outputs, taps, channels, room);
  }
  const auto least = arithmetic == Arithmetic::full ? Arithmetic::full : Arithmetic::fine;
  return dense(weights, storage, outputs, taps * channels, least);
}

void finish_columns(const Epilogue& epilogue, float* y, size_t rows, size_t outputs, size_t block) {
  if (!epilogue.gelu && !epilogue.residual) return;
  const size_t first = block * block_outputs, count = std::min(block_outputs, outputs - first);
  table().finish_rows(y + first, rows, outputs, count, epilogue.gelu,
                      epilogue.residual ? epilogue.residual + first : nullptr);
}

void Packed::multiply(const float* x, const Epilogue& epilogue, float* y, size_t rows) const {
  const Table& t = table();
  if (rows == 0) return;
  if (arithmetic_ == Arithmetic::fast && view_.group) {
    return multiply_int8(view_, x, epilogue, y, rows);
  }
  // Where codes of 8 bits take two products, four would take longer than floats.
  const bool pays = view_.format == Format::codes4 || t.int8.takes_bytes;
  if (arithmetic_ == Arithmetic::fine && view_.group && pays) {
    return multiply_int8x2(view_, x, epilogue, y, rows);
  }
  if (rows > t.max_few_rows || view_.format == Format::int16) {
    Gemm(view_, epilogue, y, rows).run([&](size_t row, size_t k0, size_t count, float* to) {
      std::copy_n(x + row * inputs + k0, count, to);
    });
    return;
  }
  const size_t stride = (inputs + 7) / 8 * 8, groups = view_.group ? inputs / view_.group : 0;
  thread_local Scratch<float> memory;
  float* prepared = memory.reserve(rows * (stride + groups));
  float* sums = prepared + rows * stride;
  t.prepare_rows(view_, x, rows, prepared, stride, sums);
  const FewRows call{prepared, sums, epilogue.bias, y, rows, stride};
  // Waking a thread pays from some tens of thousands of weights on.
  const size_t grain = std::max<size_t>(1, 32768 / (block_outputs * inputs));
  parallel_for(view_.blocks(), grain, [&](size_t b, size_t end) {
    for (; b < end; b++) {
      t.few_rows(view_, call, b);
      finish_columns(epilogue, y, rows, outputs, b);
    }
  });
}

void Packed::gather(const int32_t* ids, float* y, size_t rows) const {
  const Table& t = table();
  parallel_for(rows, std::max<size_t>(1, 16384 / inputs), [&](size_t r, size_t end) {
    for (; r < end; r++) t.gather(view_, size_t(ids[r]), y + r * inputs);
  });
}

void Packed::convolve(const Conv2d& s, const float* x, const Epilogue& epilogue, float* y) const {
  if (view_.group) return convolve_int8(view_, s, x, epilogue, y);
  const size_t out_width = s.out_width(), pixels = s.out_height() * out_width;
  const size_t line = s.kw * s.in;  // inputs of one kernel row: neighbours in x
  // A pixel's patch from input k0 on, one kernel row at a time, with zeros outside the picture.
  auto pack = [&](size_t row, size_t k0, size_t count, float* to) {
    const size_t image = row / pixels, pixel = row % pixels;
    const int64_t top = int64_t(pixel / out_width * s.stride_h) - int64_t(s.pad_h);
    const int64_t left = int64_t(pixel % out_width * s.stride_w) - int64_t(s.pad_w);
    const int64_t from_x = std::max<int64_t>(0, -left) * int64_t(s.in);
    const int64_t to_x = std::min<int64_t>(int64_t(s.kw), int64_t(s.width) - left) * int64_t(s.in);
    for (size_t k = k0; k < k0 + count;) {
      const int64_t begin = int64_t(k % line);
      const int64_t end = std::min<int64_t>(int64_t(line), begin + int64_t(k0 + count - k));
      const int64_t h = top + int64_t(k / line);
      if (h < 0 || h >= int64_t(s.height)) {
        std::fill(to, to + (end - begin), 0.0f);
      } else {
        const int64_t pixel_at = (int64_t(image * s.height) + h) * int64_t(s.width) + left;
        const int64_t first = std::clamp(from_x, begin, end);
        const int64_t last = std::clamp(to_x, first, end);
        std::fill(to, to + (first - begin), 0.0f);
        std::copy_n(x + pixel_at * int64_t(s.in) + first, last - first, to + (first - begin));
        std::fill(to + (last - begin), to + (end - begin), 0.0f);
      }
      to += end - begin;
      k += size_t(end - begin);
    }
  };
  Gemm(view_, epilogue, y, s.batch * pixels).run(pack);
}

}  // namespace bun_asr
