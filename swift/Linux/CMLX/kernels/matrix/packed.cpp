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

#include "kernels/matrix/block_reader.h"
#include "kernels/matrix/gemm.h"
#include "kernels/matrix/int16.h"
#include "kernels/matrix/int8.h"
#include "kernels/matrix/int8_convolution.h"
#include "kernels/matrix/int8x2.h"
#include "kernels/matrix/rounded_bytes.h"
#include "kernels/matrix/transpose.h"
#include "kernels/matrix/winograd.h"

namespace bun_asr {
namespace {

size_t storage_bytes(Storage storage) { return storage == Storage::f32 ? 4 : 2; }

/// Nibbles 0-3 to the low halves of bytes 0-3, nibbles 4-7 to the high ones.
template <class Words>
Words spread_nibbles(Words word) {
  auto to_bytes = [](Words x) {
    x = (x | x << 8) & 0x00ff00ff;
    return (x | x << 4) & 0x0f0f0f0f;
  };
  return to_bytes(word & 0xffff) | to_bytes(word >> 16) << 4;
}

/// The packed word that holds inputs i, i + 1, … of a row.
template <int bits>
uint32_t packed_word(const uint8_t* row, size_t row_bytes, size_t i) {
  uint32_t word = 0;
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

/// One group of a block: the words of its outputs, whose rows are `row_bytes` long.
template <int bits>
void pack_group(const uint8_t* rows, size_t row_bytes, size_t first, size_t group, uint8_t* to) {
  const auto same = [](FourWords words) { return words; };
  if constexpr (bits == 4) {
    transpose_words(rows + first / 2, row_bytes, group / 8, spread_nibbles<FourWords>, to);
  } else if constexpr (bits == 8) {
    transpose_words(rows + first, row_bytes, group / 4, same, to);
  } else {
    constexpr size_t codes = bits <= 4 ? 8 : 4, max_words = 128 / codes;
    uint32_t words[block_outputs][max_words];
    for (size_t lane = 0; lane < block_outputs; lane++) {
      for (size_t i = 0; i < group; i += codes) {
        words[lane][i / codes] = packed_word<bits>(rows + lane * row_bytes, row_bytes, first + i);
      }
    }
    const auto* from = reinterpret_cast<const uint8_t*>(words);
    transpose_words(from, sizeof words[0], group / codes, same, to);
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

/// Group `g` of a block: the scales, or biases, of its outputs.
template <class T>
void pack_scales(const uint8_t* rows, size_t groups, size_t g, uint8_t* to) {
  for (size_t lane = 0; lane < block_outputs; lane++) {
    std::memcpy(to + lane * sizeof(T), rows + (lane * groups + g) * sizeof(T), sizeof(T));
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

void pack_dense(const WeightRows& weights, Storage storage, const MatrixView& shape,
                uint8_t* memory) {
  const size_t pair = storage == Storage::bf16 ? 2 : 1;
  const size_t row_bytes = shape.inputs * storage_bytes(storage);
  const auto pack = storage == Storage::f32   ? pack_floats<uint32_t, 1>
                    : storage == Storage::f16 ? pack_floats<uint16_t, 1>
                                              : pack_floats<uint16_t, 2>;
  parallel_for(shape.blocks(), 1, [&](size_t b, size_t end) {
    thread_local Scratch<uint8_t> room;
    BlockReader rows(weights, row_bytes, shape.outputs, end, room);
    for (; b < end; b++) {
      const size_t filled = std::min(block_outputs, shape.outputs - b * block_outputs);
      uint8_t* to = memory + b * shape.block_bytes;
      if (filled < block_outputs || shape.inputs % pair != 0) {
        std::memset(to, 0, shape.block_bytes);
      }
      pack(rows.block(b), filled, shape.inputs, to);
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

std::shared_ptr<const PackedMatrix> PackedMatrix::quantized(
    const WeightRows& codes, const WeightRows& scales, const WeightRows& biases, Storage storage,
    size_t outputs, size_t inputs, int bits, int group, Arithmetic arithmetic) {
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
  const auto pack_scale = scale_size == 4 ? pack_scales<uint32_t> : pack_scales<uint16_t>;
  parallel_for(shape.blocks(), 1, [&](size_t b, size_t end) {
    thread_local Scratch<uint8_t> memory[3];
    BlockReader code_rows(codes, row_bytes, outputs, end, memory[0]);
    BlockReader scale_rows(scales, groups * scale_size, outputs, end, memory[1]);
    BlockReader bias_rows(biases, groups * scale_size, outputs, end, memory[2]);
    for (; b < end; b++) {
      const uint8_t* code = code_rows.block(b);
      const uint8_t* scale = scale_rows.block(b);
      const uint8_t* bias = bias_rows.block(b);
      uint8_t* to = packed->memory() + b * shape.block_bytes;
      for (size_t g = 0; g < groups; g++, to += group_bytes) {
        pack_scale(scale, groups, g, to);
        pack_scale(bias, groups, g, to + block_outputs * scale_size);
        pack(code, row_bytes, g * shape.group, shape.group, to + 2 * block_outputs * scale_size);
      }
    }
  });
  return packed;
}

std::shared_ptr<const PackedMatrix> PackedMatrix::dense(const WeightRows& weights, Storage storage,
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

std::shared_ptr<const PackedMatrix> PackedMatrix::convolution(const WeightRows& weights,
                                                              Storage storage, const Conv2d& shape,
                                                              Arithmetic arithmetic) {
  const size_t taps = shape.kh * shape.kw, channels = shape.in, room = panel_channels(channels);
  if (arithmetic == Arithmetic::fast && shape.out > 0) {
    if (gains_by_winograd(shape)) return winograd(weights, storage, shape);
    // Zeros are multiplied as slowly as other numbers.
    if (channels * 8 >= room * 7 && gains_by_bytes(room)) {
      return rounded_to_bytes(weights, storage, shape.out, taps, channels, room);
    }
  }
  const auto least = arithmetic == Arithmetic::full ? Arithmetic::full : Arithmetic::fine;
  return dense(weights, storage, shape.out, taps * channels, least);
}

std::shared_ptr<const PackedMatrix> PackedMatrix::quantized(const uint32_t* codes,
                                                            const void* scales, const void* biases,
                                                            Storage storage, size_t outputs,
                                                            size_t inputs, int bits, int group,
                                                            Arithmetic arithmetic) {
  const size_t groups = group > 0 ? inputs / size_t(group) : 0;
  const RowsInMemory scale_rows(scales, groups * storage_bytes(storage));
  const RowsInMemory bias_rows(biases, groups * storage_bytes(storage));
  return quantized(RowsInMemory(codes, inputs * size_t(bits) / 8), scale_rows, bias_rows, storage,
                   outputs, inputs, bits, group, arithmetic);
}

std::shared_ptr<const PackedMatrix> PackedMatrix::dense(const void* weights, Storage storage,
                                                        size_t outputs, size_t inputs,
                                                        Arithmetic arithmetic) {
  const RowsInMemory rows(weights, inputs * storage_bytes(storage));
  return dense(rows, storage, outputs, inputs, arithmetic);
}

std::shared_ptr<const PackedMatrix> PackedMatrix::convolution(const void* weights, Storage storage,
                                                              const Conv2d& shape,
                                                              Arithmetic arithmetic) {
  const RowsInMemory rows(weights, shape.kh * shape.kw * shape.in * storage_bytes(storage));
  return convolution(rows, storage, shape, arithmetic);
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
