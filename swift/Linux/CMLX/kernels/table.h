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
/// Rows of activations that go through panels together, at most: a multiple of the tiles of all
/// tables.
constexpr size_t max_band_rows = 336;
/// Above max_few_rows of the products of bytes of every table.
constexpr size_t max_int8_few_rows = 32;
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
constexpr float max_int16_code = 2896;
/// Panels whose largest value is smaller count as zero: the inverse of their scale could overflow.
constexpr float min_int16_magnitude = 1e-30f;

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
constexpr size_t max_span_inputs = 64;
/// A panel of inputs of one row, rounded to integers: x[i] = codes[i] * scale[span of i].
/// sum: scale times the sum of the span's codes, for the bias term of the weights.
/// start: where the table's sums of products start from, so that they end as those of code - middle
///        of the weights.
struct Int8Row {
  int8_t codes[panel_inputs];
  float scale[panel_inputs / 32], sum[panel_inputs / 32];
  uint32_t start[panel_inputs / 32];
};
/// The most that a panel of weights takes: two bytes a code, and scale and bias of each span.
constexpr size_t int8_panel_bytes =
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

// The structs hold what table.inl lists.
#define FIELD(type, entry) type entry;
#define FUNCTION(result, entry, arguments) result(*entry) arguments;

struct Int8Kernels {
#define INT8_SIZE FIELD
#define INT8_KERNEL FUNCTION
#include "kernels/table.inl"
};

struct Int16Kernels {
#define INT16_KERNEL FUNCTION
#include "kernels/table.inl"
};

struct Table {
  const char* name;
  bool (*supported)();
#define TABLE_SIZE FIELD
#define TABLE_KERNEL FUNCTION
#include "kernels/table.inl"
  Int8Kernels int8;
  Int16Kernels int16;
};

#undef FIELD
#undef FUNCTION

/// The table in use.
const Table& table();
/// Those for one row of activations, which may be another table's: what they give is the same, bit
/// for bit, in all tables that fuse multiplying with adding.
const Int8Kernels& one_row_kernels();
/// Every table compiled in, best first; ends with nullptr.
const Table* const* all_tables();
/// Makes `name` the table in use; false when it is unknown or this machine lacks it. For tests and
/// measurements: not while kernels run.
bool use_table(const char* name);

}  // namespace bun_asr
