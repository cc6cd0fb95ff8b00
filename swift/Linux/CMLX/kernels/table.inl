// Every entry of a table, once: table.h declares the structs from this list, and the bodies fill
// them with their functions of the same names (int8_… and int16_… in the parts). Whoever includes
// it defines the macros that it wants; all are undefined at the end.

#ifndef TABLE_SIZE
#define TABLE_SIZE(type, entry)
#endif
#ifndef TABLE_KERNEL
#define TABLE_KERNEL(result, entry, arguments)
#endif
#ifndef INT8_SIZE
#define INT8_SIZE(type, entry)
#endif
#ifndef INT8_KERNEL
#define INT8_KERNEL(result, entry, arguments)
#endif
#ifndef INT16_KERNEL
#define INT16_KERNEL(result, entry, arguments)
#endif

// ---- products ----------------------------------------------------------------------------------

/// The register tile: its rows, and its columns, which divide block_outputs.
TABLE_SIZE(size_t, tile_rows)
TABLE_SIZE(size_t, tile_columns)
/// Up to here few_rows is the faster way.
TABLE_SIZE(size_t, max_few_rows)

/// x [rows, inputs] into FewRows::x and FewRows::sums.
TABLE_KERNEL(void, prepare_rows,
             (const MatrixView&, const float* x, size_t rows, float* prepared, size_t stride,
              float* sums))
/// Outputs of one block for rows <= max_few_rows.
TABLE_KERNEL(void, few_rows, (const MatrixView&, const FewRows&, size_t block))
/// Weights of block `b`, inputs [k0, k0 + count), as floats:
/// panel[32 / tile_columns][count][tile_columns]. k0 is a multiple of panel_inputs.
TABLE_KERNEL(void, fill_panel, (const MatrixView&, size_t b, size_t k0, size_t count, float* panel))
/// y[r, c] (+)= sum_k a[r, k] panel[k, c] for rows <= tile_rows, columns <= tile_columns;
/// a has row stride tile_stride. `add` adds to y, else y is overwritten (plus bias if not null).
TABLE_KERNEL(void, tile,
             (const float* a, size_t rows, const float* panel, size_t count, float* y, size_t ldy,
              size_t columns, const float* bias, bool add))
/// y = W[id, :]
TABLE_KERNEL(void, gather, (const MatrixView&, size_t id, float* y))
/// Weights as they are stored, as floats.
TABLE_KERNEL(void, to_floats, (Storage, const uint8_t* from, size_t count, float* to))
/// max_span_inputs weights to codes of 8 bits, value = code * scale + bias.
TABLE_KERNEL(void, round_weights, (const float* values, float* scale, float* bias, uint8_t* codes))
/// In place: GELU if asked for, then the residual if not null, which has the same row stride.
TABLE_KERNEL(void, finish_rows,
             (float* y, size_t rows, size_t stride, size_t columns, bool with_gelu,
              const float* residual))

// ---- products of quantized weights with activations rounded to bytes ---------------------------
//
// What they give for a row depends neither on the rows beside it nor on which of the two ways is
// taken: sums of integers are exact, and the sums of floats go through the spans of inputs in
// ascending order.

/// Up to here few_rows is the faster way.
INT8_SIZE(size_t, max_few_rows)
INT8_SIZE(size_t, tile_rows)
/// Codes of 8 bits need one product, as those of 4 do.
INT8_SIZE(bool, takes_bytes)
/// Codes of 8 bits are multiplied faster than the floats, or int16, that they stand for.
INT8_SIZE(bool, beats_floats)

/// A row of m.inputs, its panels `stride` apart.
INT8_KERNEL(void, quantize, (const MatrixView&, const float* x, Int8Row* to, size_t stride))
/// sums[rows][32] += x W^T for the outputs of one block, any number of rows, x [panels][rows].
INT8_KERNEL(void, few_rows,
            (const MatrixView&, const Int8Row* x, size_t rows, size_t block, float* sums))
/// Weights of block `b`, inputs [k0, k0 + count), as bytes, with scales and biases.
INT8_KERNEL(void, fill_panel,
            (const MatrixView&, size_t b, size_t k0, size_t count, uint8_t* panel))
/// sums[rows][32] += x times a panel, for rows <= tile_rows.
INT8_KERNEL(void, tile,
            (const MatrixView&, const Int8Row* x, size_t rows, const uint8_t* panel, size_t count,
             float* sums))

// ---- convolutions by fewer products (winograd.h)
// -------------------------------------------------

/// Pixels [5][5] of `channels` floats, a multiple of block_outputs, to the inputs of nine products.
TABLE_KERNEL(void, winograd_patch, (const float* const* pixels, size_t channels, float* const* to))

// ---- products of int16; nullptr in tables without -----------------------------------------------

/// A row of a panel of activations. x is zero from `count` up to a multiple of 32.
INT16_KERNEL(void, round_row, (const float* x, size_t count, uint8_t* to))
/// As `tile`, for up to 32 columns: a has row stride int16_row_bytes.
INT16_KERNEL(void, tile,
             (const uint8_t* a, size_t rows, const uint8_t* panel, size_t count, float* y,
              size_t ldy, size_t columns, const float* bias, bool add))

// ---- attention ---------------------------------------------------------------------------------

/// Up to here attend_few is the faster way.
TABLE_SIZE(size_t, max_attend_few_rows)
/// Rows of a task of attend_many.
TABLE_SIZE(size_t, max_attend_many_rows)

/// Floats of scratch for a task of `attend_few` / `attend_many`.
TABLE_KERNEL(size_t, attend_few_scratch, (const Attention&))
TABLE_KERNEL(size_t, attend_many_scratch, (const Attention&))
/// Rows <= max_attend_few_rows: keys and values are read once, in place.
TABLE_KERNEL(void, attend_few, (const AttentionTask&, float* scratch))
/// Rows <= max_attend_many_rows, dim <= panel_inputs: blocks of keys through the register tile.
TABLE_KERNEL(void, attend_many, (const AttentionTask&, float* scratch))

// ---- rows --------------------------------------------------------------------------------------

/// Rounded to float16.
TABLE_KERNEL(void, to_f16, (const float* x, uint16_t* y, size_t count))
TABLE_KERNEL(void, rms_norm,
             (const float* x, const float* weight, float eps, float* y, size_t size))
TABLE_KERNEL(void, layer_norm,
             (const float* x, const float* weight, const float* bias, float eps, float* y,
              size_t size))
/// One position: `rotation` holds dims/2 cosines, then dims/2 sines. x and y may be the same.
TABLE_KERNEL(void, rope, (const float* x, const float* rotation, float* y, size_t dim, size_t dims))
TABLE_KERNEL(void, gelu, (const float* x, float* y, size_t count))
TABLE_KERNEL(void, silu, (const float* x, float* y, size_t count))
TABLE_KERNEL(void, swiglu, (const float* gate, const float* up, float* y, size_t count))
/// The largest value that is a number; -infinity when there is none.
TABLE_KERNEL(float, largest_number, (const float* x, size_t count))
/// Of x - top; no x is above `top`.
TABLE_KERNEL(float, sum_of_exponentials, (const float* x, size_t count, float top))

#undef TABLE_SIZE
#undef TABLE_KERNEL
#undef INT8_SIZE
#undef INT8_KERNEL
#undef INT16_KERNEL
