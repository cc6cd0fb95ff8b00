// Products of bytes, one output at a time. What a dot_*.h has to define for integer.inl:
//   Sums        sums of products of codes and activations, for one vector of outputs
//   begin       sums that start from IntegerRow::start
//   dot4        each output's sum plus its four codes (unsigned) times the four activations
//               (signed) at `at`
//   total       the sums as 32-bit integers
//   start_from  IntegerRow::start of a span

constexpr size_t integer_tile_rows = 4;
constexpr size_t integer_tile_vectors = 8;
constexpr int few_integer_rows = 4;   // rows of one pass over weights in memory …
constexpr int few_integer_sums = 16;  // … and Sums of such a pass
constexpr size_t few_integer_rows_most = 8;
/// Whether dot4 takes codes of 8 bits (less byte_offset, as signed bytes if that is not zero), or
/// only their halves of 4 bits.
constexpr bool dot_takes_bytes = true;
constexpr int byte_offset = 0;

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
