// Products of bytes without an instruction for them: products of 16 bits, added by twos and fours.

constexpr size_t integer_tile_rows = 6;
constexpr size_t integer_tile_vectors = 4;
constexpr int few_integer_rows = 8;
constexpr int few_integer_sums = 16;
constexpr size_t few_integer_rows_most = 16;
constexpr bool dot_takes_bytes = false;
constexpr int byte_offset = 0;

struct Sums {
  int32x4_t v;
};

LANE_FUNCTION Sums begin(uint32_t start) { return {vdupq_n_s32(int32_t(start))}; }
LANE_FUNCTION Sums dot4(Sums sum, Words codes, const int8_t* at) {
  const Words x = broadcast_word(at);
  const int8x16_t a = vreinterpretq_s8_u32(codes.v), b = vreinterpretq_s8_u32(x.v);
  const int16x8_t low = vmull_s8(vget_low_s8(a), vget_low_s8(b)), high = vmull_high_s8(a, b);
  return {vpadalq_s16(sum.v, vpaddq_s16(low, high))};
}
LANE_FUNCTION Words total(Sums sum) { return {vreinterpretq_u32_s32(sum.v)}; }
LANE_FUNCTION uint32_t start_from(const int8_t*, size_t, int sum, int middle) {
  return uint32_t(-middle * sum);
}
