// The seam between the instruction sets and everything else: a table of single-threaded kernels.
// Threads, tiles, scratch memory and shapes are decided above it; only arithmetic lies below.
#pragma once

#include "kernels/kernels.h"

namespace bun_asr {

/// Outputs are packed in blocks of 32: the lanes of a vector are neighbouring outputs.
constexpr size_t block_outputs = 32;
/// Inputs per panel: 256 inputs of one register tile's columns stay in a 32 KB first-level cache.
constexpr size_t panel_inputs = 256;
/// Floats between the rows of a packed tile of activations. Not a power of two, so that the rows do
/// not compete for the same cache sets.
constexpr size_t tile_stride = panel_inputs + 16;
/// How a weight block lies in memory; packed.cpp draws the layouts.
enum class Format : uint8_t { codes4, codes8, f32, f16, bf16, int16 };

/// A panel of int16 weights: scales of 32 outputs, then 128 pairs of inputs of each (the last panel
/// of a matrix has what it needs).
constexpr size_t int16_panel_header = block_outputs * sizeof(float);
constexpr size_t int16_panel_bytes = int16_panel_header + panel_inputs * block_outputs * 2;
/// A row of a panel of int16 activations: 256 of them, then their scale. Not a power of two either.
constexpr size_t int16_row_scale = panel_inputs * 2;
constexpr size_t int16_row_bytes = int16_row_scale + 64;
/// Largest magnitude of both: 256 products of them fit 32 bits.
constexpr float int16_most = 2896;
/// Panels whose largest value is smaller count as zero: the inverse of their scale could overflow.
constexpr float int16_least = 1e-30f;

/// A weight matrix as the kernels see it: block b holds outputs [32 b, 32 b + 32), padded with
/// zeros.
struct MatrixView {
  Format format;
  Storage scale_storage;
  size_t group;
  size_t outputs, inputs;
  const uint8_t* data;
  size_t block_bytes;

  size_t blocks() const { return (outputs + block_outputs - 1) / block_outputs; }
  const uint8_t* block(size_t b) const { return data + b * block_bytes; }
  const uint8_t* int16_panel(size_t b, size_t k0) const {
    return block(b) + k0 / panel_inputs * int16_panel_bytes;
  }
};

/// Inputs that share a scale when activations are rounded to integers, at most: a group of the
/// weights, or half of one of 128.
constexpr size_t most_span_inputs = 64;
/// A panel of inputs of one row, rounded to integers: x[i] = codes[i] * scale[span of i].
/// sum: scale times the sum of the span's codes, for the bias term of the weights.
/// start: where the table's sums of products start from, so that they end as those of code - middle
///        of the weights.
struct IntegerRow {
  int8_t codes[panel_inputs];
  float scale[panel_inputs / 32], sum[panel_inputs / 32];
  uint32_t start[panel_inputs / 32];
};
/// The most that a panel of weights takes: two bytes a code, and scale and bias of each span.
constexpr size_t integer_panel_bytes =
    block_outputs * (2 * panel_inputs + panel_inputs / 32 * 2 * sizeof(float));

/// Activations of a call with few rows, brought into the form that the inner loop wants.
/// x: [rows, stride], stride a multiple of 8, zero beyond the inputs; for codes each x is divided
///    by 2^(position of its code in the word), so that codes need not be shifted down.
/// sums: [rows, inputs / group] sums of x, for the bias term of quantized weights.
struct FewRows {
  const float* x;
  const float* sums;
  const float* bias;
  float* y;
  size_t rows, stride;
};

/// One task of attention: rows [row, row + rows) of batch item and key head. Row r of a key head is
/// query r % queries of its query head r / queries.
struct AttentionTask {
  const Attention* shape;
  const float* q;
  const void *k, *v;
  float* out;
  size_t batch, kv_head, row, rows;
};

/// Products of quantized weights with rounded activations. What they give for a row depends neither
/// on the rows beside it nor on which of the two ways is taken: sums of integers are exact, and the
/// sums of floats go through the spans of inputs in ascending order.
struct IntegerKernels {
  size_t few_rows_most;  // up to here few_rows is the faster way
  size_t tile_rows;
  bool takes_bytes;  // codes of 8 bits need one product, as those of 4 do

  /// A row of m.inputs, its panels `stride` apart.
  void (*quantize)(const MatrixView&, const float* x, IntegerRow* to, size_t stride);
  /// sums[rows][32] += x W^T for the outputs of one block, any number of rows, x [panels][rows].
  void (*few_rows)(const MatrixView&, const IntegerRow* x, size_t rows, size_t block, float* sums);
  /// Weights of block `b`, inputs [k0, k0 + count), as bytes, with scales and biases.
  void (*fill_panel)(const MatrixView&, size_t b, size_t k0, size_t count, uint8_t* panel);
  /// sums[rows][32] += x times a panel, for rows <= tile_rows.
  void (*tile)(const MatrixView&, const IntegerRow* x, size_t rows, const uint8_t* panel,
               size_t count, float* sums);
};

struct Table {
  const char* name;
  bool (*supported)();
  size_t tile_rows;        // rows of the register tile
  size_t tile_columns;     // its columns; divides block_outputs
  size_t few_rows_most;    // up to here few_rows is the faster way
  size_t attend_few_most;  // up to here attend_few is
  size_t attend_rows;      // rows of a task of attend_many, at most

  /// x [rows, inputs] into FewRows::x and FewRows::sums.
  void (*prepare_rows)(const MatrixView&, const float* x, size_t rows, float* prepared,
                       size_t stride, float* sums);
  /// Outputs of one block for rows <= few_rows_most.
  void (*few_rows)(const MatrixView&, const FewRows&, size_t block);
  /// Weights of block `b`, inputs [k0, k0 + count), as floats:
  /// panel[32 / tile_columns][count][tile_columns]. k0 is a multiple of panel_inputs.
  void (*fill_panel)(const MatrixView&, size_t b, size_t k0, size_t count, float* panel);
  /// y[r, c] (+)= sum_k a[r, k] panel[k, c] for rows <= tile_rows, columns <= tile_columns;
  /// a has row stride tile_stride. `add` adds to y, else y is overwritten (plus bias if not null).
  void (*tile)(const float* a, size_t rows, const float* panel, size_t count, float* y, size_t ldy,
               size_t columns, const float* bias, bool add);
  /// int16 products; nullptr in tables without.
  /// A row of a panel of activations. x is zero from `count` up to a multiple of 32.
  void (*round_row)(const float* x, size_t count, uint8_t* to);
  /// As `tile`, for up to 32 columns: a has row stride int16_row_bytes.
  void (*tile_int16)(const uint8_t* a, size_t rows, const uint8_t* panel, size_t count, float* y,
                     size_t ldy, size_t columns, const float* bias, bool add);
  /// y = W[id, :]
  void (*gather)(const MatrixView&, size_t id, float* y);

  IntegerKernels integer;

  /// Floats of scratch for a task of `attend_few` / `attend_many`.
  size_t (*attend_few_scratch)(const Attention&);
  size_t (*attend_many_scratch)(const Attention&);
  /// Rows <= attend_few_most: keys and values are read once, in place.
  void (*attend_few)(const AttentionTask&, float* scratch);
  /// Rows <= attend_rows, dim <= panel_inputs: blocks of keys through the register tile.
  void (*attend_many)(const AttentionTask&, float* scratch);

  /// Rounded to float16.
  void (*to_f16)(const float* x, uint16_t* y, size_t count);
  void (*rms_norm)(const float* x, const float* weight, float eps, float* y, size_t size);
  void (*layer_norm)(const float* x, const float* weight, const float* bias, float eps, float* y,
                     size_t size);
  /// One position: `turn` holds dims/2 cosines, then dims/2 sines.
  void (*rope)(const float* x, const float* turn, float* y, size_t dim, size_t dims);
  void (*gelu)(const float* x, float* y, size_t count);
  void (*silu)(const float* x, float* y, size_t count);
  void (*swiglu)(const float* gate, const float* up, float* y, size_t count);
  /// The largest value that is a number; -infinity when there is none.
  float (*largest)(const float* x, size_t count);
  /// Of x - top; no x is above `top`.
  float (*sum_of_exponentials)(const float* x, size_t count, float top);
  /// In place: GELU if asked for, then the residual if not null, which has the same row stride.
  void (*finish_rows)(float* y, size_t rows, size_t stride, size_t columns, bool with_gelu,
                      const float* residual);
};

/// The table in use.
const Table& table();
/// Every table compiled in, best first; ends with nullptr.
const Table* const* all_tables();
/// Makes `name` the table in use; false when it is unknown or this machine lacks it. For tests and
/// measurements: not while kernels run.
bool use_table(const char* name);

}  // namespace bun_asr
