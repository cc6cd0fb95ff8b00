// Four lanes, thirty-two registers: the floor of arm64, so it needs no check.
// The register tile of 6 rows x 4 vectors takes 24 registers for sums, 4 for weights, 1 for x.

#define LANE_FUNCTION static inline __attribute__((always_inline))

constexpr size_t width = 4;
constexpr int tile_vectors = 4;
constexpr int tile_rows = 6;
constexpr int pass_rows = 4;
constexpr size_t max_few_rows = 8;
constexpr int single_row_vectors = 8;
constexpr int single_row_chains = 1;

struct Vec {
  float32x4_t v;
};
struct Words {
  uint32x4_t v;
};

LANE_FUNCTION Vec load(const float* p) { return {vld1q_f32(p)}; }
LANE_FUNCTION void store(float* p, Vec a) { vst1q_f32(p, a.v); }
LANE_FUNCTION Vec broadcast(float x) { return {vdupq_n_f32(x)}; }
LANE_FUNCTION Vec load_f16(const uint16_t* p) {
  return {vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)))};
}
LANE_FUNCTION Vec load_bf16(const uint16_t* p) {
  return {vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16))};
}

LANE_FUNCTION Vec operator+(Vec a, Vec b) { return {vaddq_f32(a.v, b.v)}; }
LANE_FUNCTION Vec operator-(Vec a, Vec b) { return {vsubq_f32(a.v, b.v)}; }
LANE_FUNCTION Vec operator*(Vec a, Vec b) { return {vmulq_f32(a.v, b.v)}; }
LANE_FUNCTION Vec operator/(Vec a, Vec b) { return {vdivq_f32(a.v, b.v)}; }
LANE_FUNCTION Vec fma(Vec a, Vec b, Vec c) { return {vfmaq_f32(c.v, a.v, b.v)}; }
// By comparison: the instructions for minimum and maximum prefer what is not a number.
LANE_FUNCTION Vec min(Vec a, Vec b) { return {vbslq_f32(vcltq_f32(a.v, b.v), a.v, b.v)}; }
LANE_FUNCTION Vec max(Vec a, Vec b) { return {vbslq_f32(vcgtq_f32(a.v, b.v), a.v, b.v)}; }
LANE_FUNCTION Vec zero_below(Vec a, Vec x, Vec limit) {
  const uint32x4_t below = vcltq_f32(x.v, limit.v);
  return {vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(a.v), below))};
}
LANE_FUNCTION float sum(Vec a) { return vaddvq_f32(a.v); }
LANE_FUNCTION float largest(Vec a) { return vmaxvq_f32(a.v); }
LANE_FUNCTION void store_f16(uint16_t* p, Vec a) {
  vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(a.v)));
}
LANE_FUNCTION void store_sums(float* p, Vec a, Vec b, Vec c, Vec d) {
  vst1q_f32(p, vpaddq_f32(vpaddq_f32(a.v, b.v), vpaddq_f32(c.v, d.v)));
}
LANE_FUNCTION void store_transposed(float* p, size_t stride, Vec a, Vec b, Vec c, Vec d) {
  const float32x4x2_t ac = vzipq_f32(a.v, c.v), bd = vzipq_f32(b.v, d.v);
  for (size_t i = 0; i < 2; i++, p += 2 * stride) {
    const float32x4x2_t columns = vzipq_f32(ac.val[i], bd.val[i]);
    vst1q_f32(p, columns.val[0]);
    vst1q_f32(p + stride, columns.val[1]);
  }
}

LANE_FUNCTION Words load_words(const uint8_t* p) { return {vreinterpretq_u32_u8(vld1q_u8(p))}; }
LANE_FUNCTION Words mask(Words a, uint32_t bits) { return {vandq_u32(a.v, vdupq_n_u32(bits))}; }
LANE_FUNCTION Words shift_right(Words a, int bits) { return {vshlq_u32(a.v, vdupq_n_s32(-bits))}; }
LANE_FUNCTION Words shift_left(Words a, int bits) { return {vshlq_u32(a.v, vdupq_n_s32(bits))}; }
LANE_FUNCTION Words add(Words a, uint32_t b) { return {vaddq_u32(a.v, vdupq_n_u32(b))}; }
LANE_FUNCTION Vec to_float(Words a) { return {vcvtq_f32_s32(vreinterpretq_s32_u32(a.v))}; }
LANE_FUNCTION Vec as_float(Words a) { return {vreinterpretq_f32_u32(a.v)}; }
LANE_FUNCTION Words as_words(Vec a) { return {vreinterpretq_u32_f32(a.v)}; }

LANE_FUNCTION Words add(Words a, Words b) { return {vaddq_u32(a.v, b.v)}; }
LANE_FUNCTION Words max(Words a, Words b) { return {vmaxq_u32(a.v, b.v)}; }
LANE_FUNCTION uint32_t largest(Words a) { return vmaxvq_u32(a.v); }
LANE_FUNCTION void store_words(uint8_t* p, Words a) { vst1q_u8(p, vreinterpretq_u8_u32(a.v)); }
LANE_FUNCTION Words broadcast_word(const void* p) {
  uint32_t word;
  memcpy(&word, p, sizeof word);
  return {vdupq_n_u32(word)};
}
LANE_FUNCTION Words round_words(Vec a) { return {vreinterpretq_u32_s32(vcvtnq_s32_f32(a.v))}; }
LANE_FUNCTION void store_bytes(int8_t* p, Words a) {
  const int16x4_t halves = vqmovn_s32(vreinterpretq_s32_u32(a.v));
  const int8x8_t bytes = vqmovn_s16(vcombine_s16(halves, halves));
  const uint32_t word = vget_lane_u32(vreinterpret_u32_s8(bytes), 0);
  memcpy(p, &word, sizeof word);
}
LANE_FUNCTION Words flip(Words a, uint32_t bits) { return {veorq_u32(a.v, vdupq_n_u32(bits))}; }

/// Products of bytes without an instruction for them: products of 16 bits, added by twos and fours.
struct WideningInt8 {
  static constexpr size_t tile_rows = 6;
  static constexpr size_t tile_vectors = 4;
  static constexpr int pass_rows = 8;
  static constexpr int pass_sums = 16;
  static constexpr size_t max_few_rows = 16;
  static constexpr bool takes_bytes = false;
  static constexpr bool beats_floats = false;
  static constexpr int byte_offset = 0;

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
};

/// Products of bytes with sdot, which takes codes of 8 bits less 128.
/// The register tile of 6 rows x 4 vectors takes 24 registers for sums, 4 for codes, 1 for x.
struct DotInt8 {
  static constexpr size_t tile_rows = 6;
  static constexpr size_t tile_vectors = 4;
  static constexpr int pass_rows = 8;
  static constexpr int pass_sums = 16;
  static constexpr size_t max_few_rows = 16;
  static constexpr bool takes_bytes = true;
  static constexpr bool beats_floats = true;
  static constexpr int byte_offset = 128;

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
};
