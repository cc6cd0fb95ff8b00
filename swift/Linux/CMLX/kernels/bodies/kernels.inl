// The kernels, once for all instruction sets. A table's source includes this file inside its
// namespace and target region, after the vec_*.h that defines:
//   width, tile_vectors, tile_rows, few_rows, single_row_vectors, few_chains   (sizes)
//   Vec (floats) with load, store, broadcast, load_f16, load_bf16, + - * /, fma (a b + c), min, max
//     (which return their second argument when either is not a number), zero_below (0 where x <
//     limit, else a), sum, largest, store_f16 (rounded to the nearest, ties to even), store_sums
//     (the sums of four vectors, side by side), store_transposed (lane i of four vectors side by
//     side at row i)
//   Words (32-bit integers) with load_words, mask, shift_right, shift_left, add, to_float (of
//     signed integers), as_float and as_words (the same bits), flip (bits), max and largest (of
//     integers that are not negative), round_words (to the nearest integers), broadcast_word (of
//     four bytes), store_words, store_bytes (the integers, as bytes)
// and after the dot_*.h, which holds what the products of integers need; dot_scalar.h says what.
// Nothing here includes a header or defines an inline function that other files share: its copy for
// AVX-512 could become the program's only one. There are no lambdas, for target regions do not
// apply to them.

#include "kernels/bodies/weights.inl"
#include "kernels/bodies/matrix.inl"
#include "kernels/bodies/stored.inl"
#include "kernels/bodies/int8.inl"
#include "kernels/bodies/rows.inl"
#include "kernels/bodies/attention.inl"

/// The table of this namespace. `supported` is decided outside the region.
static constexpr Table make_table(const char* name, bool (*supported)(),
                                  const IntegerKernels& integer = integer_kernels) {
  return {.name = name,
          .supported = supported,
          .tile_rows = tile_rows,
          .tile_columns = tile_columns,
          .few_rows_most = few_rows_most,
          .attend_few_most = attend_few_most,
          .attend_rows = attend_rows,
          .prepare_rows = prepare_rows,
          .few_rows = few_rows_of,
          .fill_panel = fill_panel,
          .tile = tile,
          .round_row = nullptr,
          .tile_int16 = nullptr,
          .gather = gather,
          .integer = integer,
          .attend_few_scratch = attend_few_scratch,
          .attend_many_scratch = attend_many_scratch,
          .attend_few = attend_few,
          .attend_many = attend_many,
          .to_f16 = to_f16,
          .rms_norm = rms_norm,
          .layer_norm = layer_norm,
          .rope = rope,
          .gelu = gelu,
          .silu = silu,
          .swiglu = swiglu,
          .largest = largest_number,
          .sum_of_exponentials = sum_of_exponentials,
          .finish_rows = finish_rows};
}
