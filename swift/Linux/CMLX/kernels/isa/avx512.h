// Sixteen lanes, thirty-two registers: AVX-512 F, BW, DQ, VL.
// The register tile of 14 rows x 2 vectors takes 28 registers for sums, 2 for weights, 1 for x.

#define LANE_FUNCTION static inline __attribute__((always_inline))

constexpr size_t width = 16;
constexpr int tile_vectors = 2;
constexpr int tile_rows = 14;
constexpr int pass_rows = 8;
constexpr size_t max_few_rows = 8;
constexpr int single_row_vectors = 2;
constexpr int single_row_chains = 2;

#include "kernels/isa/start_of_pairs.h"

struct Vec {
  __m512 v;
};
struct Words {
  __m512i v;
};

LANE_FUNCTION __m256i load_halves(const uint16_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}

LANE_FUNCTION Vec load(const float* p) { return {_mm512_loadu_ps(p)}; }
LANE_FUNCTION void store(float* p, Vec a) { _mm512_storeu_ps(p, a.v); }
LANE_FUNCTION Vec broadcast(float x) { return {_mm512_set1_ps(x)}; }
LANE_FUNCTION Vec load_f16(const uint16_t* p) { return {_mm512_cvtph_ps(load_halves(p))}; }
LANE_FUNCTION Vec load_bf16(const uint16_t* p) {
  return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(load_halves(p)), 16))};
}

LANE_FUNCTION Vec operator+(Vec a, Vec b) { return {_mm512_add_ps(a.v, b.v)}; }
LANE_FUNCTION Vec operator-(Vec a, Vec b) { return {_mm512_sub_ps(a.v, b.v)}; }
LANE_FUNCTION Vec operator*(Vec a, Vec b) { return {_mm512_mul_ps(a.v, b.v)}; }
LANE_FUNCTION Vec operator/(Vec a, Vec b) { return {_mm512_div_ps(a.v, b.v)}; }
LANE_FUNCTION Vec fma(Vec a, Vec b, Vec c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
LANE_FUNCTION Vec min(Vec a, Vec b) { return {_mm512_min_ps(a.v, b.v)}; }
LANE_FUNCTION Vec max(Vec a, Vec b) { return {_mm512_max_ps(a.v, b.v)}; }
LANE_FUNCTION Vec zero_below(Vec a, Vec x, Vec limit) {
  return {_mm512_maskz_mov_ps(_mm512_cmp_ps_mask(x.v, limit.v, _CMP_NLT_UQ), a.v)};
}
LANE_FUNCTION float sum(Vec a) { return _mm512_reduce_add_ps(a.v); }
LANE_FUNCTION float largest(Vec a) { return _mm512_reduce_max_ps(a.v); }
LANE_FUNCTION void store_f16(uint16_t* p, Vec a) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtps_ph(a.v, 0));
}
LANE_FUNCTION void store_sums(float* p, Vec a, Vec b, Vec c, Vec d) {
  const __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps(a.v, b.v), _mm512_unpackhi_ps(a.v, b.v));
  const __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps(c.v, d.v), _mm512_unpackhi_ps(c.v, d.v));
  const __m512 all =
      _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xee));
  const __m256 half = _mm256_add_ps(_mm512_castps512_ps256(all), _mm512_extractf32x8_ps(all, 1));
  _mm_storeu_ps(p, _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1)));
}
LANE_FUNCTION void store_transposed(float* p, size_t stride, Vec a, Vec b, Vec c, Vec d) {
  const __m512 ab[2] = {_mm512_unpacklo_ps(a.v, b.v), _mm512_unpackhi_ps(a.v, b.v)};
  const __m512 cd[2] = {_mm512_unpacklo_ps(c.v, d.v), _mm512_unpackhi_ps(c.v, d.v)};
  for (size_t i = 0; i < 4; i++, p += stride) {
    const __m512 column = i % 2 ? _mm512_shuffle_ps(ab[i / 2], cd[i / 2], 0xee)
                                : _mm512_shuffle_ps(ab[i / 2], cd[i / 2], 0x44);
    _mm_storeu_ps(p, _mm512_castps512_ps128(column));
    _mm_storeu_ps(p + 4 * stride, _mm512_extractf32x4_ps(column, 1));
    _mm_storeu_ps(p + 8 * stride, _mm512_extractf32x4_ps(column, 2));
    _mm_storeu_ps(p + 12 * stride, _mm512_extractf32x4_ps(column, 3));
  }
}

LANE_FUNCTION Words load_words(const uint8_t* p) { return {_mm512_loadu_si512(p)}; }
LANE_FUNCTION Words mask(Words a, uint32_t bits) {
  return {_mm512_and_si512(a.v, _mm512_set1_epi32(int(bits)))};
}
LANE_FUNCTION Words shift_right(Words a, int bits) {
  return {_mm512_srli_epi32(a.v, unsigned(bits))};
}
LANE_FUNCTION Words shift_left(Words a, int bits) {
  return {_mm512_slli_epi32(a.v, unsigned(bits))};
}
LANE_FUNCTION Words add(Words a, uint32_t b) {
  return {_mm512_add_epi32(a.v, _mm512_set1_epi32(int(b)))};
}
LANE_FUNCTION Vec to_float(Words a) { return {_mm512_cvtepi32_ps(a.v)}; }
LANE_FUNCTION Vec as_float(Words a) { return {_mm512_castsi512_ps(a.v)}; }
LANE_FUNCTION Words as_words(Vec a) { return {_mm512_castps_si512(a.v)}; }

LANE_FUNCTION Words add(Words a, Words b) { return {_mm512_add_epi32(a.v, b.v)}; }
LANE_FUNCTION Words max(Words a, Words b) { return {_mm512_max_epi32(a.v, b.v)}; }
LANE_FUNCTION uint32_t largest(Words a) { return uint32_t(_mm512_reduce_max_epi32(a.v)); }
LANE_FUNCTION void store_words(uint8_t* p, Words a) { _mm512_storeu_si512(p, a.v); }
LANE_FUNCTION Words broadcast_word(const void* p) {
  int word;
  memcpy(&word, p, sizeof word);
  return {_mm512_set1_epi32(word)};
}
LANE_FUNCTION Vec pick_of_sixteen(const float* choices, Words index) {
  return {_mm512_permutexvar_ps(index.v, _mm512_loadu_ps(choices))};
}
LANE_FUNCTION Words round_words(Vec a) { return {_mm512_cvtps_epi32(a.v)}; }
LANE_FUNCTION void store_bytes(int8_t* p, Words a) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtsepi32_epi8(a.v));
}
LANE_FUNCTION Words flip(Words a, uint32_t bits) {
  return {_mm512_xor_si512(a.v, _mm512_set1_epi32(int(bits)))};
}

/// As PairInt8 of avx2.h with vectors of 64 bytes, for processors that have AVX-512 but not VNNI.
struct PairInt8 {
  static constexpr size_t tile_rows = 14;
  static constexpr size_t tile_vectors = 2;
  static constexpr int pass_rows = 8;
  static constexpr int pass_sums = 16;
  static constexpr size_t max_few_rows = 16;
  static constexpr bool takes_bytes = false;
  static constexpr bool beats_floats = true;
  static constexpr int byte_offset = 0;

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
    return start_of_pairs(x, count, middle);
  }
};
