// Products of bytes with vpdpbusd, which adds four of them to an integer of 32 bits.
// The register tile of 14 rows x 2 vectors takes 28 registers for sums, 2 for codes.

constexpr size_t integer_tile_rows = 14;
constexpr size_t integer_tile_vectors = 2;
constexpr int few_integer_rows = 8;
constexpr int few_integer_sums = 16;
constexpr size_t few_integer_rows_most = 16;
constexpr bool dot_takes_bytes = true;
constexpr int byte_offset = 0;

struct Sums {
  __m512i v;
};

LANE_FUNCTION Sums begin(uint32_t start) { return {_mm512_set1_epi32(int(start))}; }
/// The instruction broadcasts the activations itself, for the reason that add_products states.
LANE_FUNCTION Sums dot4(Sums sum, Words codes, const int8_t* x) {
  asm("vpdpbusd %1%{1to16%}, %2, %0"
      : "+v"(sum.v)
      : "m"(*reinterpret_cast<const int*>(x)), "v"(codes.v));
  return sum;
}
LANE_FUNCTION Words total(Sums sum) { return {sum.v}; }
LANE_FUNCTION uint32_t start_from(const int8_t*, size_t, int sum, int middle) {
  return uint32_t(-middle * sum);
}
