// Eight lanes, sixteen registers: AVX2 with FMA and F16C.
// The register tile of 6 rows x 2 vectors takes 12 registers for sums, 2 for weights, 1 for x.

#define LANE_FUNCTION static inline __attribute__((always_inline))

constexpr size_t width = 8;
constexpr int tile_vectors = 2;
constexpr int tile_rows = 6;
constexpr int pass_rows = 4;
constexpr size_t max_few_rows = 4;
constexpr int single_row_vectors = 4;
constexpr int single_row_chains = 1;

#include "kernels/isa/start_of_pairs.h"

struct Vec {
  __m256 v;
};
struct Words {
  __m256i v;
};

LANE_FUNCTION __m128i load_halves(const uint16_t* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

LANE_FUNCTION Vec load(const float* p) { return {_mm256_loadu_ps(p)}; }
LANE_FUNCTION void store(float* p, Vec a) { _mm256_storeu_ps(p, a.v); }
LANE_FUNCTION Vec broadcast(float x) { return {_mm256_set1_ps(x)}; }
LANE_FUNCTION Vec load_f16(const uint16_t* p) { return {_mm256_cvtph_ps(load_halves(p))}; }
LANE_FUNCTION Vec load_bf16(const uint16_t* p) {
  return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(load_halves(p)), 16))};
}

LANE_FUNCTION Vec operator+(Vec a, Vec b) { return {_mm256_add_ps(a.v, b.v)}; }
LANE_FUNCTION Vec operator-(Vec a, Vec b) { return {_mm256_sub_ps(a.v, b.v)}; }
LANE_FUNCTION Vec operator*(Vec a, Vec b) { return {_mm256_mul_ps(a.v, b.v)}; }
LANE_FUNCTION Vec operator/(Vec a, Vec b) { return {_mm256_div_ps(a.v, b.v)}; }
LANE_FUNCTION Vec fma(Vec a, Vec b, Vec c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
LANE_FUNCTION Vec min(Vec a, Vec b) { return {_mm256_min_ps(a.v, b.v)}; }
LANE_FUNCTION Vec max(Vec a, Vec b) { return {_mm256_max_ps(a.v, b.v)}; }
LANE_FUNCTION Vec zero_below(Vec a, Vec x, Vec limit) {
  return {_mm256_andnot_ps(_mm256_cmp_ps(x.v, limit.v, _CMP_LT_OQ), a.v)};
}
LANE_FUNCTION float sum(Vec a) {
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
LANE_FUNCTION float largest(Vec a) {
  const __m128 four = _mm_max_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}
LANE_FUNCTION void store_f16(uint16_t* p, Vec a) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(a.v, 0));
}
LANE_FUNCTION void store_sums(float* p, Vec a, Vec b, Vec c, Vec d) {
  const __m256 all = _mm256_hadd_ps(_mm256_hadd_ps(a.v, b.v), _mm256_hadd_ps(c.v, d.v));
  _mm_storeu_ps(p, _mm_add_ps(_mm256_castps256_ps128(all), _mm256_extractf128_ps(all, 1)));
}
LANE_FUNCTION void store_transposed(float* p, size_t stride, Vec a, Vec b, Vec c, Vec d) {
  const __m256 ab[2] = {_mm256_unpacklo_ps(a.v, b.v), _mm256_unpackhi_ps(a.v, b.v)};
  const __m256 cd[2] = {_mm256_unpacklo_ps(c.v, d.v), _mm256_unpackhi_ps(c.v, d.v)};
  for (size_t i = 0; i < 4; i++, p += stride) {
    const __m256 column = i % 2 ? _mm256_shuffle_ps(ab[i / 2], cd[i / 2], 0xee)
                                : _mm256_shuffle_ps(ab[i / 2], cd[i / 2], 0x44);
    _mm_storeu_ps(p, _mm256_castps256_ps128(column));
    _mm_storeu_ps(p + 4 * stride, _mm256_extractf128_ps(column, 1));
  }
}

LANE_FUNCTION Words load_words(const uint8_t* p) {
  return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
}
LANE_FUNCTION Words mask(Words a, uint32_t bits) {
  return {_mm256_and_si256(a.v, _mm256_set1_epi32(int(bits)))};
}
LANE_FUNCTION Words shift_right(Words a, int bits) { return {_mm256_srli_epi32(a.v, bits)}; }
LANE_FUNCTION Words shift_left(Words a, int bits) { return {_mm256_slli_epi32(a.v, bits)}; }
LANE_FUNCTION Words add(Words a, uint32_t b) {
  return {_mm256_add_epi32(a.v, _mm256_set1_epi32(int(b)))};
}
LANE_FUNCTION Vec to_float(Words a) { return {_mm256_cvtepi32_ps(a.v)}; }
LANE_FUNCTION Vec as_float(Words a) { return {_mm256_castsi256_ps(a.v)}; }
LANE_FUNCTION Words as_words(Vec a) { return {_mm256_castps_si256(a.v)}; }

LANE_FUNCTION Words add(Words a, Words b) { return {_mm256_add_epi32(a.v, b.v)}; }
LANE_FUNCTION Words max(Words a, Words b) { return {_mm256_max_epi32(a.v, b.v)}; }
LANE_FUNCTION uint32_t largest(Words a) {
  __m128i four = _mm_max_epi32(_mm256_castsi256_si128(a.v), _mm256_extracti128_si256(a.v, 1));
  four = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0x4e));
  return uint32_t(_mm_cvtsi128_si32(_mm_max_epi32(four, _mm_shuffle_epi32(four, 0xb1))));
}
LANE_FUNCTION void store_words(uint8_t* p, Words a) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), a.v);
}
LANE_FUNCTION Words broadcast_word(const void* p) {
  int word;
  memcpy(&word, p, sizeof word);
  return {_mm256_set1_epi32(word)};
}
LANE_FUNCTION Words round_words(Vec a) { return {_mm256_cvtps_epi32(a.v)}; }
LANE_FUNCTION void store_bytes(int8_t* p, Words a) {
  const __m128i halves =
      _mm_packs_epi32(_mm256_castsi256_si128(a.v), _mm256_extracti128_si256(a.v, 1));
  _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packs_epi16(halves, halves));
}
LANE_FUNCTION Words flip(Words a, uint32_t bits) {
  return {_mm256_xor_si256(a.v, _mm256_set1_epi32(int(bits)))};
}

/// Products of bytes without an instruction for them: vpmaddubsw adds the products of two
/// neighbours into 16 bits (no saturation: 2 * 15 * 128), and those sums are added in 16 bits.
/// They may wrap on the way, but end as the sums of code - 8 over a span of 64 inputs, which fit:
/// 8 * 128 * 32 = 2^15, and activations are 127 at most.
///
/// Codes of 8 bits go through it as two halves of 4 bits, which takes as many instructions as
/// products of 16 bits do (vpmaddwd), and more between spans, but half the memory: what counts for
/// few rows.
/// The register tile of 6 rows x 2 vectors, or x 1 with both halves, takes 12 registers for sums,
/// 2 for codes, 2 for x and a product.
struct PairInt8 {
  static constexpr size_t tile_rows = 6;
  static constexpr size_t tile_vectors = 2;
  static constexpr int pass_rows = 8;
  static constexpr int pass_sums = 8;
  static constexpr size_t max_few_rows = 16;
  static constexpr bool takes_bytes = false;
  static constexpr bool beats_floats = true;
  static constexpr int byte_offset = 0;

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
  /// In one piece: else compilers hold more than the two registers that the tile leaves, and both
  /// products come first, so that neither waits.
  LANE_FUNCTION void dot4_twice(Sums& a, Words a_codes, Sums& b, Words b_codes, const int8_t* at) {
    __m256i x, product;
    asm("vpbroadcastd %6, %2\n\t"
        "vpmaddubsw %2, %4, %3\n\t"
        "vpmaddubsw %2, %5, %2\n\t"
        "vpaddw %3, %0, %0\n\t"
        "vpaddw %2, %1, %1"
        : "+x"(a.v), "+x"(b.v), "=&x"(x), "=&x"(product)
        : "x"(a_codes.v), "x"(b_codes.v), "m"(*reinterpret_cast<const int*>(at)));
  }
  LANE_FUNCTION Words total(Sums sum) { return {_mm256_madd_epi16(sum.v, _mm256_set1_epi16(1))}; }

  LANE_FUNCTION uint32_t start_from(const int8_t* x, size_t count, int, int middle) {
    return start_of_pairs(x, count, middle);
  }
};

/// Products of pairs of 16 bits: half as many instructions as float32 takes.
struct PairInt16 {
  LANE_FUNCTION void store_halves(uint8_t* p, Words a) {
    const __m256i low = _mm256_shuffle_epi8(
        a.v, _mm256_setr_epi8(0, 1, 4, 5, 8, 9, 12, 13, -1, -1, -1, -1, -1, -1, -1, -1,  //
                              0, 1, 4, 5, 8, 9, 12, 13, -1, -1, -1, -1, -1, -1, -1, -1));
    const __m256i packed = _mm256_permute4x64_epi64(low, 0x08);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(packed));
  }
  /// In one piece, as dot4_twice.
  LANE_FUNCTION void add_products(const uint8_t* pair, const Words* b, Words* sums) {
    __m256i x, product;
    asm("vpbroadcastd %6, %2\n\t"
        "vpmaddwd %2, %4, %3\n\t"
        "vpmaddwd %2, %5, %2\n\t"
        "vpaddd %3, %0, %0\n\t"
        "vpaddd %2, %1, %1"
        : "+x"(sums[0].v), "+x"(sums[1].v), "=&x"(x), "=&x"(product)
        : "x"(b[0].v), "x"(b[1].v), "m"(*reinterpret_cast<const int*>(pair)));
  }
};

/// Products of bytes with vpdpbusd in the encoding of processors without AVX-512.
/// The register tile of 6 rows x 2 vectors takes 12 registers for sums, 2 for codes, 1 for x.
struct VnniInt8 {
  static constexpr size_t tile_rows = 6;
  static constexpr size_t tile_vectors = 2;
  static constexpr int pass_rows = 6;
  static constexpr int pass_sums = 12;
  static constexpr size_t max_few_rows = 16;
  static constexpr bool takes_bytes = true;
  static constexpr bool beats_floats = true;
  static constexpr int byte_offset = 0;

  struct Sums {
    __m256i v;
  };

  LANE_FUNCTION Sums begin(uint32_t start) { return {_mm256_set1_epi32(int(start))}; }
  LANE_FUNCTION Sums dot4(Sums sum, Words codes, const int8_t* at) {
    const Words x = broadcast_word(at);
    return {_mm256_dpbusd_avx_epi32(sum.v, codes.v, x.v)};
  }
  LANE_FUNCTION Words total(Sums sum) { return {sum.v}; }
  LANE_FUNCTION uint32_t start_from(const int8_t*, size_t, int sum, int middle) {
    return uint32_t(-middle * sum);
  }
};
