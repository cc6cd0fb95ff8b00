// This folder: the CPU kernels that libmlx lacks on Linux, as pure functions of pointers and sizes.
//
//   kernels.h     what the graph's primitives call: this file
//   attention.cpp, attend_next.cpp, rows.cpp   all but products, shared out to threads
//   matrix/       products with weight matrices, shared out to threads: packed.* (packed at load,
//                 any number of rows), gemm.* (many rows), int8.* (quantized weights, activations
//                 rounded to bytes: Arithmetic::fast), int8x2.* (the same with twice the bits:
//                 Arithmetic::fine), int16.* and rounded_bytes.* (float weights rounded),
//                 winograd.* (convolutions with those)
//   table.h       the seam: one table of single-threaded kernels for each instruction set, whose
//                 entries table.inl lists;  dispatch.cpp   the choice of a table
//   isa/          the tables: for each instruction set a header (one vector type) and a source
//   bodies/       the kernels of a table, written once
//   weight_rows.h where weights come from
//   machine/      what the processor can do, cores, the pool of threads, memory
//
// The best table that the machine supports is chosen at the first call, on Zen 4 with the products
// of one row from another one (dispatch.cpp); the environment variable
// BUN_ASR_KERNELS=scalar|avx2|avxvnni|avx512|avx512vnni|neon|neondot forces one for everything.
// BUN_ASR_THREADS sets the number of threads.
// Activations are float32, row-major, contiguous unless strides are given, and need no alignment.
// Nothing throws. In a steady state nothing allocates either: working memory belongs to threads and
// grows to the largest call. All is float32, and only the order of sums differs from table to
// table, unless a matrix was packed for fast arithmetic. Results do not depend on the number of
// threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "kernels/machine/threads.h"
#include "kernels/weight_rows.h"

namespace bun_asr {

/// Storage type of float weights, scales and biases.
enum class Storage : uint8_t { f32, f16, bf16 };

/// How a packed matrix is multiplied. `full` is float32 throughout. `fast` lets a table round the
/// activations (and float weights) to the integers that its fastest instructions take: to 8 bits,
/// with a scale for each 32 or 64 inputs, or, where those gain nothing, float weights to 13. `fine`
/// gives activations 16 bits, and float weights 13.
enum class Arithmetic : uint8_t { full, fast, fine };

/// What follows a product while its results are still in the cache: y = f(y + bias) + residual.
struct Epilogue {
  const float* bias = nullptr;      // [outputs]
  bool gelu = false;                // f, else the identity
  const float* residual = nullptr;  // [rows, outputs]
};

struct Conv2d;

/// A weight matrix [outputs, inputs], repacked once at load into the order in which the kernels
/// read it. Immutable, shared between threads, independent of the table. The source is not kept.
class PackedMatrix {
 public:
  /// MLX affine quantization: `codes` [outputs, inputs * bits / 32] are little-endian streams of
  /// codes; w = code * scale + bias for each group of `group` inputs; `scales` and `biases` are
  /// [outputs, inputs / group] of type `storage`, which they keep.
  /// bits: 2, 3, 4, 5, 6 or 8; group: 32, 64 or 128. nullptr when a combination is not supported.
  static std::shared_ptr<const PackedMatrix> quantized(const WeightRows& codes,
                                                       const WeightRows& scales,
                                                       const WeightRows& biases, Storage storage,
                                                       size_t outputs, size_t inputs, int bits,
                                                       int group, Arithmetic arithmetic);
  static std::shared_ptr<const PackedMatrix> quantized(const uint32_t* codes, const void* scales,
                                                       const void* biases, Storage storage,
                                                       size_t outputs, size_t inputs, int bits,
                                                       int group, Arithmetic arithmetic);

  /// Float weights [outputs, inputs], kept in their own storage type, or rounded where the table in
  /// use multiplies those faster: with Arithmetic::fast to bytes (rounded_bytes.h), else, with
  /// Arithmetic::fine too, to int16 (int16.inl).
  static std::shared_ptr<const PackedMatrix> dense(const WeightRows& weights, Storage storage,
                                                   size_t outputs, size_t inputs,
                                                   Arithmetic arithmetic);
  static std::shared_ptr<const PackedMatrix> dense(const void* weights, Storage storage,
                                                   size_t outputs, size_t inputs,
                                                   Arithmetic arithmetic);

  /// The same for a convolution's weights [out, kh * kw * in]: for pictures of any size and
  /// padding, but these channels and strides, and for `convolve` alone.
  static std::shared_ptr<const PackedMatrix> convolution(const WeightRows& weights, Storage storage,
                                                         const Conv2d& shape,
                                                         Arithmetic arithmetic);
  static std::shared_ptr<const PackedMatrix> convolution(const void* weights, Storage storage,
                                                         const Conv2d& shape,
                                                         Arithmetic arithmetic);

  virtual ~PackedMatrix() = default;
  size_t outputs = 0;
  size_t inputs = 0;
  size_t bytes = 0;  // held in memory

  /// y[m, o] = sum_i x[m, i] * W[o, i], then the epilogue, x [rows, inputs], y [rows, outputs]. Few
  /// rows: one pass over the weights, bound by memory. Many rows: panels of decoded weights and a
  /// register tile, bound by FMA.
  virtual void multiply(const float* x, const Epilogue& epilogue, float* y, size_t rows) const = 0;

  /// y[r, :] = W[ids[r], :] as float32 (embedding look-up). Ids must be in range.
  virtual void gather(const int32_t* ids, float* y, size_t rows) const = 0;

  /// 2-d convolution with these weights as [out, kh * kw * in], then the epilogue.
  virtual void convolve(const Conv2d& shape, const float* x, const Epilogue& epilogue,
                        float* y) const = 0;
};

/// 2-d convolution, channels last:
/// x [batch, height, width, in], w [out, kh, kw, in], y [batch, out_height, out_width, out].
struct Conv2d {
  size_t batch, height, width, in, out, kh, kw;
  size_t stride_h, stride_w, pad_h, pad_w;
  size_t out_height() const { return (height + 2 * pad_h - kh) / stride_h + 1; }
  size_t out_width() const { return (width + 2 * pad_w - kw) / stride_w + 1; }
};

/// softmax(scale * q k^T + mask) v with native grouped-query heads: query head h reads key head
/// h / (heads / kv_heads). Strides are in elements; the last axis of q, k, v is contiguous. `out`
/// is contiguous [batch, heads, queries, dim], or [batch, queries, heads, dim] as the projection
/// that follows reads it.
/// mask: none, causal (query i sees keys <= i + keys - queries; queries <= keys), additive float,
/// or bool (true = visible), the last two with strides [batch, heads, queries, keys] in elements,
/// 0 where broadcast. Every query must see at least one key.
/// Memory beyond the arguments is O(keys) a thread for few queries, constant for many.
struct Attention {
  enum class Mask { none, causal, additive, visible };
  size_t batch, heads, kv_heads, queries, keys, dim;
  float scale;
  int64_t q_strides[3], k_strides[3], v_strides[3];  // batch, head, position
  Storage stored = Storage::f32;                     // of keys and values: f32 or f16
  bool queries_first = false;                        // out is [batch, queries, heads, dim]
  Mask mask = Mask::none;
  const void* mask_data = nullptr;
  int64_t mask_strides[4] = {0, 0, 0, 0};
};
void attention(const Attention& shape, const float* q, const void* k, const void* v, float* out);

/// The attention of one layer for one position more of each of several sequences: norm and rotation
/// of queries and keys, keys and values to where the sequence keeps them, attention to all that it
/// keeps then. Norms are weights [dim]; the whole head is rotated.
struct NextAttention {
  size_t heads, kv_heads, dim;
  const float *query_norm, *key_norm;
  float eps, base, scale;
  Storage stored = Storage::f32;  // of keys and values: f32 or f16
};
/// What a sequence keeps, [kv_heads, …, dim]: the heads lie so many numbers apart. The position is
/// the one to come.
struct KeptSequence {
  void *keys, *values;
  int64_t head_stride;
  size_t position;
};
/// projected [count, heads + 2 kv_heads, dim] are queries, keys and values side by side; `out` is
/// [count, heads, dim].
void attend_next(const NextAttention& shape, const KeptSequence* sequences, size_t count,
                 const float* projected, float* out);

/// x rounded to float16, to the nearest, ties to even.
void to_f16(const float* x, uint16_t* y, size_t count);

/// y = x / sqrt(mean(x^2) + eps) * weight, for each row of `size`. x and y may be the same.
void rms_norm(const float* x, const float* weight, float eps, float* y, size_t rows, size_t size);
/// The same for x [batch, heads, positions, size] with strides (batch, head, position) in elements;
/// y contiguous.
void rms_norm(const float* x, const int64_t strides[3], const float* weight, float eps, float* y,
              size_t batch, size_t heads, size_t positions, size_t size);

/// y = (x - mean) / sqrt(var + eps) * weight + bias (biased variance). weight, bias may be null.
/// x and y may be the same.
void layer_norm(const float* x, const float* weight, const float* bias, float eps, float* y,
                size_t rows, size_t size);

/// Half-rotation ("NeoX") rotary embedding of the first `dims` of `dim`:
/// x [batch, heads, positions, dim] with strides (batch, head, position) in elements, y contiguous.
/// Position p of batch item b turns by (offsets[b] + p) * scale * base^(-2i/dims); offsets are not
/// negative.
void rope(const float* x, const int64_t strides[3], float* y, size_t batch, size_t heads,
          size_t positions, size_t dim, size_t dims, float base, float scale,
          const int32_t* offsets);

/// 0.5 x (1 + erf(x / sqrt 2)), to 1e-6 absolute. x and y may be the same.
void gelu(const float* x, float* y, size_t count);

/// x * sigmoid(x). x and y may be the same.
void silu(const float* x, float* y, size_t count);

/// silu(gate) * up, rows of `size` values that lie `gate_stride` and `up_stride` values apart;
/// y is contiguous.
void swiglu(const float* gate, size_t gate_stride, const float* up, size_t up_stride, float* y,
            size_t rows, size_t size);

/// Index of the first of the largest values of each row of `size`. Values that are not numbers do
/// not count.
void argmax(const float* x, uint32_t* y, size_t rows, size_t size);

/// log(sum(exp(x))) of each row of `size`, to 1e-6 relative; infinite where the largest value is.
void log_sum_exp(const float* x, float* y, size_t rows, size_t size);

/// Name of the table in use.
const char* kernels_name();
/// nullptr, or why BUN_ASR_KERNELS cannot be honoured on this machine.
const char* kernels_problem();

}  // namespace bun_asr
