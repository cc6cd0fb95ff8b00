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
LANE_FUNCTION uint32_t start_from(const int8_t* x, size_t count, int, int middle) {
  __m256i pairs = _mm256_setzero_si256();
  for (size_t i = 0; i < count; i += 32) {
    const __m256i codes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(x + i));
    const __m256i products = _mm256_maddubs_epi16(_mm256_set1_epi8(char(middle)), codes);
    pairs = _mm256_sub_epi16(pairs, products);
  }
  __m128i four = _mm_add_epi16(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
  four = _mm_add_epi16(four, _mm_shuffle_epi32(four, 0x4e));
  return uint32_t(_mm_cvtsi128_si32(_mm_add_epi16(four, _mm_shuffle_epi32(four, 0xb1))));
}
