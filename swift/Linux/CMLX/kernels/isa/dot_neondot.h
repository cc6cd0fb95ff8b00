// Products of bytes with sdot, which takes codes of 8 bits less 128.
// The register tile of 6 rows x 4 vectors takes 24 registers for sums, 4 for codes, 1 for x.

constexpr size_t integer_tile_rows = 6;
constexpr size_t integer_tile_vectors = 4;
constexpr int few_integer_rows = 8;
constexpr int few_integer_sums = 16;
constexpr size_t few_integer_rows_most = 16;
constexpr bool dot_takes_bytes = true;
constexpr int byte_offset = 128;

struct Sums {
  int32x4_t v;
};

LANE_FUNCTION Sums begin(uint32_t start) { return {vdupq_n_s32(int32_t(start))}; }
LANE_FUNCTION Sums dot4(Sums sum, Words codes, const int8_t* at) {
  const Words x = broadcast_word(at);
  return {vdotq_s32(sum.v, vreinterpretq_s8_u32(codes.v), vreinterpretq_s8_u32(x.v))};
}
LANE_FUNCTION Words total(Sums sum) { return {vreinterpretq_u32_s32(sum.v)}; }
LANE_FUNCTION uint32_t start_from(const int8_t*, size_t, int sum, int middle) {
  return uint32_t(-middle * sum);
}
