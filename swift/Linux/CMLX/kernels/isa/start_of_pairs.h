// Int8Row::start for sums of 16 bits: part of the headers that add by vpmaddubsw, whatever their
// width.

/// Of a span of `count` activations.
LANE_FUNCTION uint32_t start_of_pairs(const int8_t* x, size_t count, int middle) {
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
