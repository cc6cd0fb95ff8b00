// dot_avx2.h with vectors of 64 bytes, for processors that have AVX-512 but not VNNI.

constexpr size_t integer_tile_rows = 14;
constexpr size_t integer_tile_vectors = 2;
constexpr int few_integer_rows = 8;
constexpr int few_integer_sums = 16;
constexpr size_t few_integer_rows_most = 16;
constexpr bool dot_takes_bytes = false;
constexpr int byte_offset = 0;

/// Two sums of 16 bits for each output.
struct Sums {
  __m512i v;
};

LANE_FUNCTION Sums begin(uint32_t start) { return {_mm512_set1_epi32(int(start))}; }
LANE_FUNCTION Sums dot4(Sums sum, Words codes, const int8_t* at) {
  const Words x = broadcast_word(at);
  sum.v = _mm512_add_epi16(sum.v, _mm512_maddubs_epi16(codes.v, x.v));
  // Else the compiler adds products to each other first, and runs out of registers.
  asm("" : "+v"(sum.v));
  return sum;
}
LANE_FUNCTION Words total(Sums sum) { return {_mm512_madd_epi16(sum.v, _mm512_set1_epi16(1))}; }

#include "kernels/isa/start_of_pairs.h"
