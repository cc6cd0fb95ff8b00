// The vector of one lane: the reference that every other table is compared with.

#define LANE_FUNCTION static inline __attribute__((always_inline))

constexpr size_t width = 1;
constexpr int tile_vectors = 4;
constexpr int tile_rows = 4;
constexpr int pass_rows = 4;
constexpr size_t max_few_rows = 8;
constexpr int single_row_vectors = 8;
constexpr int single_row_chains = 1;

struct Vec {
  float v;
};
struct Words {
  uint32_t v;
};

LANE_FUNCTION float bits_to_float(uint32_t bits) {
  float f;
  memcpy(&f, &bits, sizeof f);
  return f;
}

LANE_FUNCTION Vec load(const float* p) { return {*p}; }
LANE_FUNCTION void store(float* p, Vec a) { *p = a.v; }
LANE_FUNCTION Vec broadcast(float x) { return {x}; }
LANE_FUNCTION Vec load_bf16(const uint16_t* p) { return {bits_to_float(uint32_t(*p) << 16)}; }
LANE_FUNCTION Vec load_f16(const uint16_t* p) {
  const uint32_t sign = uint32_t(*p & 0x8000) << 16, magnitude = uint32_t(*p & 0x7fff) << 13;
  if (magnitude >= 0x7c00u << 13) return {bits_to_float(sign | magnitude | 0x7f800000)};
  // Exponents are biased by 15 instead of 127; the product is exact, subnormals included.
  return {bits_to_float(sign | magnitude) * 0x1p112f};
}

LANE_FUNCTION Vec operator+(Vec a, Vec b) { return {a.v + b.v}; }
LANE_FUNCTION Vec operator-(Vec a, Vec b) { return {a.v - b.v}; }
LANE_FUNCTION Vec operator*(Vec a, Vec b) { return {a.v * b.v}; }
LANE_FUNCTION Vec operator/(Vec a, Vec b) { return {a.v / b.v}; }
LANE_FUNCTION Vec fma(Vec a, Vec b, Vec c) { return {a.v * b.v + c.v}; }
LANE_FUNCTION Vec min(Vec a, Vec b) { return {a.v < b.v ? a.v : b.v}; }
LANE_FUNCTION Vec max(Vec a, Vec b) { return {a.v > b.v ? a.v : b.v}; }
LANE_FUNCTION Vec zero_below(Vec a, Vec x, Vec limit) { return {x.v < limit.v ? 0.0f : a.v}; }
LANE_FUNCTION float sum(Vec a) { return a.v; }
LANE_FUNCTION float largest(Vec a) { return a.v; }
LANE_FUNCTION void store_f16(uint16_t* p, Vec a) {
  uint32_t bits;
  memcpy(&bits, &a.v, sizeof bits);
  const uint16_t sign = uint16_t(bits >> 16 & 0x8000);
  bits &= 0x7fffffff;
  if (bits > 0x7f800000) {
    *p = sign | 0x7e00;
  } else if (bits >= 0x47800000) {  // from 65536 on
    *p = sign | 0x7c00;
  } else if (bits < 0x38800000) {  // Subnormal: adding 1/2 leaves them in the low bits, rounded.
    const float shifted = bits_to_float(bits) + 0.5f;
    memcpy(&bits, &shifted, sizeof bits);
    *p = uint16_t(sign | (bits - 0x3f000000));
  } else {  // To the nearest, ties to even; what rounds past the largest becomes infinity.
    *p = uint16_t(sign | (bits - 0x38000000 + 0xfff + (bits >> 13 & 1)) >> 13);
  }
}
LANE_FUNCTION void store_sums(float* p, Vec a, Vec b, Vec c, Vec d) {
  p[0] = a.v;
  p[1] = b.v;
  p[2] = c.v;
  p[3] = d.v;
}
LANE_FUNCTION void store_transposed(float* p, size_t, Vec a, Vec b, Vec c, Vec d) {
  store_sums(p, a, b, c, d);
}

LANE_FUNCTION Words load_words(const uint8_t* p) {
  Words w;
  memcpy(&w.v, p, sizeof w.v);
  return w;
}
LANE_FUNCTION Words mask(Words a, uint32_t bits) { return {a.v & bits}; }
LANE_FUNCTION Words shift_right(Words a, int bits) { return {a.v >> bits}; }
LANE_FUNCTION Words shift_left(Words a, int bits) { return {a.v << bits}; }
LANE_FUNCTION Words add(Words a, uint32_t b) { return {a.v + b}; }
LANE_FUNCTION Vec to_float(Words a) { return {float(int32_t(a.v))}; }
LANE_FUNCTION Vec as_float(Words a) { return {bits_to_float(a.v)}; }
LANE_FUNCTION Words as_words(Vec a) {
  Words w;
  memcpy(&w.v, &a.v, sizeof w.v);
  return w;
}

LANE_FUNCTION Words add(Words a, Words b) { return {a.v + b.v}; }
LANE_FUNCTION Words max(Words a, Words b) { return {a.v > b.v ? a.v : b.v}; }
LANE_FUNCTION uint32_t largest(Words a) { return a.v; }
LANE_FUNCTION void store_words(uint8_t* p, Words a) { memcpy(p, &a.v, sizeof a.v); }
LANE_FUNCTION Words broadcast_word(const void* p) {
  Words w;
  memcpy(&w.v, p, sizeof w.v);
  return w;
}
LANE_FUNCTION Words round_words(Vec a) {
  // What is not a number, or too large for an integer, becomes some integer.
  const float limited = a.v > -1e9f ? (a.v < 1e9f ? a.v : 1e9f) : -1e9f;
  return {uint32_t(int32_t(nearbyintf(limited)))};
}
LANE_FUNCTION void store_bytes(int8_t* p, Words a) {
  const int32_t code = int32_t(a.v);
  *p = int8_t(code > 127 ? 127 : code < -128 ? -128 : code);
}
LANE_FUNCTION Words flip(Words a, uint32_t bits) { return {a.v ^ bits}; }

/// Products of bytes, one output at a time.
struct Int8 {
  static constexpr size_t tile_rows = 4;
  static constexpr size_t tile_vectors = 8;
  static constexpr int pass_rows = 4;
  static constexpr int pass_sums = 16;
  static constexpr size_t max_few_rows = 8;
  static constexpr bool takes_bytes = true;
  static constexpr bool beats_floats = false;
  static constexpr int byte_offset = 0;

  struct Sums {
    uint32_t v;
  };

  LANE_FUNCTION Sums begin(uint32_t start) { return {start}; }
  LANE_FUNCTION Sums dot4(Sums sum, Words codes, const int8_t* at) {
    const Words x = broadcast_word(at);
    for (int j = 0; j < 32; j += 8) {
      sum.v += uint32_t(int32_t(codes.v >> j & 0xff) * int8_t(x.v >> j & 0xff));
    }
    return sum;
  }
  LANE_FUNCTION Words total(Sums sum) { return {sum.v}; }
  LANE_FUNCTION uint32_t start_from(const int8_t*, size_t, int sum, int middle) {
    return uint32_t(-middle * sum);
  }
};
