// What AVX-512 VNNI adds to avx512.h: products of integers.

/// Products of pairs of 16 bits.
struct VnniInt16 {
  LANE_FUNCTION void store_halves(uint8_t* p, Words a) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(a.v));
  }
  /// The instruction broadcasts the pair itself: a broadcast into a register is what compilers make
  /// of a pair that is used twice, and it takes a port that the products need.
  LANE_FUNCTION void add_products(const uint8_t* pair, const Words* b, Words* sums) {
    for (int v = 0; v < tile_vectors; v++) {
      asm("vpdpwssd %1%{1to16%}, %2, %0"
          : "+v"(sums[v].v)
          : "m"(*reinterpret_cast<const int*>(pair)), "v"(b[v].v));
    }
  }
};

/// Products of bytes with vpdpbusd, which adds four of them to an integer of 32 bits.
/// The register tile of 12 rows x 2 vectors takes 24 registers for sums, 2 for codes, and leaves
/// some for what ends a span. With 14 rows that went through memory: on Zen 4 a product took 7 %
/// longer.
struct VnniInt8 {
  static constexpr size_t tile_rows = 12;
  static constexpr size_t tile_vectors = 2;
  static constexpr int pass_rows = 8;
  static constexpr int pass_sums = 16;
  static constexpr size_t max_few_rows = 16;
  static constexpr bool takes_bytes = true;
  static constexpr bool beats_floats = true;
  static constexpr int byte_offset = 0;

  struct Sums {
    __m512i v;
  };

  LANE_FUNCTION Sums begin(uint32_t start) { return {_mm512_set1_epi32(int(start))}; }
  /// The instruction broadcasts the activations itself, as in add_products.
  LANE_FUNCTION Sums dot4(Sums sum, Words codes, const int8_t* x) {
    asm("vpdpbusd %1%{1to16%}, %2, %0"
        : "+v"(sum.v)
        : "m"(*reinterpret_cast<const int*>(x)), "v"(codes.v));
    return sum;
  }
  LANE_FUNCTION void dot4_twice(Sums& a, Words a_codes, Sums& b, Words b_codes, const int8_t* at) {
    __m512i x;
    asm("vpbroadcastd %1, %0" : "=v"(x) : "m"(*reinterpret_cast<const int*>(at)));
    asm("vpdpbusd %1, %2, %0" : "+v"(a.v) : "v"(x), "v"(a_codes.v));
    asm("vpdpbusd %1, %2, %0" : "+v"(b.v) : "v"(x), "v"(b_codes.v));
  }
  LANE_FUNCTION Words total(Sums sum) { return {sum.v}; }
  LANE_FUNCTION uint32_t start_from(const int8_t*, size_t, int sum, int middle) {
    return uint32_t(-middle * sum);
  }
};
