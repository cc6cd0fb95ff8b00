// Words of rows to words of columns, as blocks of outputs have them.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/table.h"

namespace bun_asr {

/// Four words, in the vectors that every processor has.
using FourWords = uint32_t __attribute__((vector_size(16)));

/// [block_outputs] rows, `stride` bytes apart, of `count` words, a multiple of 4, to
/// [count][block_outputs], each word changed by `change`, which takes four at a time.
template <class Change>
void transpose_words(const uint8_t* from, size_t stride, size_t count, const Change& change,
                     uint8_t* to) {
  for (size_t row = 0; row < block_outputs; row += 4) {
    const uint8_t* rows = from + row * stride;
    for (size_t word = 0; word < count; word += 4) {
      FourWords a, b, c, d;
      std::memcpy(&a, rows + word * 4, sizeof a);
      std::memcpy(&b, rows + stride + word * 4, sizeof b);
      std::memcpy(&c, rows + 2 * stride + word * 4, sizeof c);
      std::memcpy(&d, rows + 3 * stride + word * 4, sizeof d);
      const FourWords ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
      const FourWords ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
      const FourWords cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
      const FourWords cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
      const FourWords columns[] = {
          change(__builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5)),
          change(__builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7)),
          change(__builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5)),
          change(__builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7)),
      };
      for (size_t i = 0; i < 4; i++) {
        std::memcpy(to + ((word + i) * block_outputs + row) * 4, &columns[i], sizeof columns[i]);
      }
    }
  }
}

}  // namespace bun_asr
