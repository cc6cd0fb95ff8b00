// Products of bytes with vpdpbusd in the encoding of processors without AVX-512.
// The register tile of 6 rows x 2 vectors takes 12 registers for sums, 2 for codes, 1 for x.

constexpr size_t integer_tile_rows = 6;
constexpr size_t integer_tile_vectors = 2;
constexpr int few_integer_rows = 6;
constexpr int few_integer_sums = 12;
constexpr size_t few_integer_rows_most = 16;
constexpr bool dot_takes_bytes = true;
constexpr int byte_offset = 0;

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
