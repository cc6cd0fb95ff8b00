// Products of bytes without an instruction for them: vpmaddubsw adds the products of two
// neighbours into 16 bits (no saturation: 2 * 15 * 128), and those sums are added in 16 bits.
// They may wrap on the way, but end as the sums of code - 8 over a span of 64 inputs, which fit:
// 8 * 128 * 32 = 2^15, and activations are 127 at most.
//
// Codes of 8 bits go through it as two halves of 4 bits, which takes as many instructions as
// products of 16 bits would (vpmaddwd), but half the cache. Against float32 that gains a half with
// 8 rows and a tenth with 137.

constexpr size_t integer_tile_rows = 6;
constexpr size_t integer_tile_vectors = 2;
constexpr int few_integer_rows = 8;
constexpr int few_integer_sums = 8;
constexpr size_t few_integer_rows_most = 16;
constexpr bool dot_takes_bytes = false;
constexpr int byte_offset = 0;

/// Two sums of 16 bits for each output.
struct Sums {
  __m256i v;
};

LANE_FUNCTION Sums begin(uint32_t start) { return {_mm256_set1_epi32(int(start))}; }
LANE_FUNCTION Sums dot4(Sums sum, Words codes, const int8_t* at) {
  const Words x = broadcast_word(at);
  sum.v = _mm256_add_epi16(sum.v, _mm256_maddubs_epi16(codes.v, x.v));
  // Else the compiler adds products to each other first, and runs out of registers.
  asm("" : "+x"(sum.v));
  return sum;
}
LANE_FUNCTION Words total(Sums sum) { return {_mm256_madd_epi16(sum.v, _mm256_set1_epi16(1))}; }

#include "kernels/isa/start_of_pairs.h"
