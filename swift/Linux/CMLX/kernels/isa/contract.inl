// What the header of an instruction set has to define. Included by the bodies, inside the region,
// after the header. Lanes are neighbouring outputs of a matrix, or neighbouring elements of a row.

/// A vector of floats and one of as many integers of 32 bits, both of `width` lanes.
template <class V, class W>
concept VectorPair =
    requires(V a, W words, const float* x, float* y, const uint16_t* halves, uint16_t* half_results,
             const uint8_t* memory, uint8_t* results, int8_t* bytes, uint32_t bits) {
      // Memory needs no alignment.
      { load(x) } -> std::same_as<V>;
      { load_f16(halves) } -> std::same_as<V>;
      { load_bf16(halves) } -> std::same_as<V>;
      { broadcast(*x) } -> std::same_as<V>;
      store(y, a);
      store_f16(half_results, a);  // rounded to the nearest, ties to even
      // The sums of four vectors, side by side.
      store_sums(y, a, a, a, a);
      // Lane i of four vectors side by side, at row i of rows `size_t stride` apart.
      store_transposed(y, size_t(4), a, a, a, a);

      { a + a } -> std::same_as<V>;
      { a - a } -> std::same_as<V>;
      { a * a } -> std::same_as<V>;
      { a / a } -> std::same_as<V>;
      { fma(a, a, a) } -> std::same_as<V>;  // a b + c
      // These give their second argument when either is not a number.
      { min(a, a) } -> std::same_as<V>;
      { max(a, a) } -> std::same_as<V>;
      // (a, x, limit): 0 where x < limit, else a.
      { zero_below(a, a, a) } -> std::same_as<V>;
      // Over the lanes.
      { sum(a) } -> std::same_as<float>;
      { largest(a) } -> std::same_as<float>;

      { load_words(memory) } -> std::same_as<W>;
      { broadcast_word(memory) } -> std::same_as<W>;  // four bytes
      store_words(results, words);
      store_bytes(bytes, words);  // signed; what does not fit becomes the nearest that does
      { mask(words, bits) } -> std::same_as<W>;
      { flip(words, bits) } -> std::same_as<W>;
      { shift_left(words, 1) } -> std::same_as<W>;
      { shift_right(words, 1) } -> std::same_as<W>;
      { add(words, words) } -> std::same_as<W>;
      { add(words, bits) } -> std::same_as<W>;
      // Of integers that are not negative.
      { max(words, words) } -> std::same_as<W>;
      { largest(words) } -> std::same_as<uint32_t>;

      { to_float(words) } -> std::same_as<V>;  // signed integers
      { round_words(a) } -> std::same_as<W>;   // to the nearest integers
      // The same bits.
      { as_float(words) } -> std::same_as<V>;
      { as_words(a) } -> std::same_as<W>;
    };
static_assert(VectorPair<Vec, Words>);
static_assert(sizeof(Vec) == width * sizeof(float) && sizeof(Words) == sizeof(Vec));

// The register tile: `tile_rows` rows times `tile_vectors` vectors of sums.
static_assert(block_outputs % (tile_vectors * width) == 0 && max_band_rows % tile_rows == 0);
// few_rows: `pass_rows` rows at a time, one row as `single_row_vectors` vectors, each with
// `single_row_chains` sums that do not wait for each other; more than `max_few_rows` rows go
// through panels.
static_assert(block_outputs % (single_row_vectors * width) == 0 && single_row_chains >= 1);
static_assert(pass_rows >= 1 && max_few_rows >= 1);

/// Products of bytes: the codes of quantized weights, unsigned, with activations, signed.
template <class Dot>
concept Int8Dot = requires(typename Dot::Sums sums, Words codes, const int8_t* activations) {
  // Sums for one vector of outputs, from Int8Row::start on.
  { Dot::begin(uint32_t()) } -> std::same_as<typename Dot::Sums>;
  // Each output's sum plus its four codes times the four activations.
  { Dot::dot4(sums, codes, activations) } -> std::same_as<typename Dot::Sums>;
  // The sums as integers of 32 bits.
  { Dot::total(sums) } -> std::same_as<Words>;
  // Int8Row::start of a span: (activations, count, their sum, middle of the codes).
  { Dot::start_from(activations, size_t(), int(), int()) } -> std::same_as<uint32_t>;
  // Whether dot4 takes codes of 8 bits (less byte_offset, as signed bytes if that is not zero), or
  // only their halves of 4 bits.
  { Dot::takes_bytes } -> std::convertible_to<bool>;
  // Whether products with codes of 8 bits are faster than with floats, or int16 where there are.
  { Dot::beats_floats } -> std::convertible_to<bool>;
  { Dot::byte_offset } -> std::convertible_to<int>;
};
static_assert(Int8Dot<Int8>);
// Its register tile; the rows and the Sums of a pass over weights in memory; the most rows that go
// by such passes.
static_assert(block_outputs % (Int8::tile_vectors * width) == 0);
static_assert(max_band_rows % Int8::tile_rows == 0);
static_assert(Int8::pass_rows >= 1 && Int8::pass_sums >= Int8::pass_rows);
static_assert(Int8::max_few_rows <= max_int8_few_rows);
