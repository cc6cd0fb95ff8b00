/// This folder: libmlx and the CPU kernels as C, for the modules MLX and MLXNN.
///
/// What the Linux modules MLX and MLXNN need of libmlx, as C. C++ exceptions end behind these
/// functions.
///
/// Every function that returns `cmlx_array` gives an owned handle, or NULL; every other one returns
/// 0, or -1. After NULL or -1, `cmlx_error()` is the reason. Arguments are borrowed. Shapes and
/// axes are int32.
#ifndef CMLX_H
#define CMLX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A reference-counted mlx::core::array.
typedef struct cmlx_array_s* cmlx_array;
/// A weight matrix, repacked once for the CPU kernels (kernels/kernels.h, PackedMatrix).
typedef struct cmlx_packed_s* cmlx_packed;

/// The dtypes that cross, by the values of mlx::core::Dtype::Val.
typedef enum {
  CMLX_BOOL = 0,
  CMLX_UINT8 = 1,
  CMLX_UINT16 = 2,
  CMLX_UINT32 = 3,
  CMLX_UINT64 = 4,
  CMLX_INT8 = 5,
  CMLX_INT16 = 6,
  CMLX_INT32 = 7,
  CMLX_INT64 = 8,
  CMLX_FLOAT16 = 9,
  CMLX_FLOAT32 = 10,
  CMLX_FLOAT64 = 11,
  CMLX_BFLOAT16 = 12,
  CMLX_COMPLEX64 = 13,
} cmlx_dtype;

/// The last failure on this thread; valid until the next one.
const char* cmlx_error(void);
/// Name of the kernel table in use; NULL (and `cmlx_error`) when BUN_ASR_KERNELS asks for one that
/// cannot run here.
const char* cmlx_kernels(void);
/// Name of the kernel table at `index` among those that this machine can run, the best one first;
/// NULL after the last.
const char* cmlx_kernel_table(size_t index);
/// Threads that the kernels use from now on, in the whole process; 0: the default, all cores.
void cmlx_set_threads(size_t count);
size_t cmlx_threads(void);
/// Cores that this process may keep busy.
size_t cmlx_cores(void);
/// The version of libmlx, as in "0.31.1".
const char* cmlx_version(void);

// arrays
cmlx_array cmlx_new(const void* data, const int32_t* shape, size_t dimensions, cmlx_dtype dtype);
/// What stands for an array that could not be made: to evaluate it, or what is computed from it,
/// fails.
cmlx_array cmlx_missing(void);
void cmlx_free(cmlx_array array);
size_t cmlx_dimensions(cmlx_array array);
int32_t cmlx_dimension(cmlx_array array, size_t axis);
cmlx_dtype cmlx_dtype_of(cmlx_array array);
/// Evaluates and copies the values, row-major, into `out` of `bytes`.
int cmlx_read(cmlx_array array, void* out, size_t bytes);
int cmlx_eval(const cmlx_array* arrays, size_t count);
/// Calls `found` for each tensor of a safetensors file with an owned, not yet read array.
int cmlx_load_safetensors(const char* path, void* context,
                          void (*found)(void* context, const char* name, cmlx_array array));
/// Gives the memory of results that are gone back to the system.
int cmlx_clear_cache(void);
/// Most bytes of it that are kept for results to come, in the whole process; at first none.
void cmlx_set_cache_limit(size_t bytes);
/// Bytes that MLX may allocate before it waits for work that is under way.
size_t cmlx_memory_limit(void);

// shape
cmlx_array cmlx_reshape(cmlx_array x, const int32_t* shape, size_t dimensions);
cmlx_array cmlx_transpose(cmlx_array x, const int32_t* axes, size_t dimensions);
cmlx_array cmlx_slice(cmlx_array x, const int32_t* start, const int32_t* stop, size_t dimensions);
cmlx_array cmlx_slice_update(cmlx_array x, cmlx_array update, const int32_t* start,
                             const int32_t* stop, size_t dimensions);
cmlx_array cmlx_concatenate(const cmlx_array* arrays, size_t count, int32_t axis);
cmlx_array cmlx_pad(cmlx_array x, const int32_t* low, const int32_t* high, size_t dimensions);
cmlx_array cmlx_full(const int32_t* shape, size_t dimensions, float value, cmlx_dtype dtype);
/// Memory whose values do not matter.
cmlx_array cmlx_unset(const int32_t* shape, size_t dimensions, cmlx_dtype dtype);

// elementwise and reductions, with broadcasting
cmlx_array cmlx_astype(cmlx_array x, cmlx_dtype dtype);
/// The bytes of the last axis as another type.
cmlx_array cmlx_view(cmlx_array x, cmlx_dtype dtype);
/// Affine quantization: gives owned packed codes, scales and biases in `parts`.
int cmlx_quantize(cmlx_array x, int32_t group, int32_t bits, cmlx_array parts[3]);
/// A sum with a product that has not been computed becomes part of it, as GELU does; see product.h.
cmlx_array cmlx_add(cmlx_array a, cmlx_array b);
cmlx_array cmlx_multiply(cmlx_array a, cmlx_array b);
/// Index of the largest along the last axis, uint32.
cmlx_array cmlx_argmax(cmlx_array x);
/// log(sum(exp(x))) along the last axis.
cmlx_array cmlx_logsumexp(cmlx_array x);
/// eˣ / Σ eˣ along the last axis.
cmlx_array cmlx_softmax(cmlx_array x);
/// x [..., n] at `indices` [..., m] of each row.
cmlx_array cmlx_take_along(cmlx_array x, cmlx_array indices);

// CPU kernels as MLX primitives

/// How a packed matrix is multiplied: in float32, or with integers where the processor is faster
/// with them (kernels/kernels.h, Arithmetic).
typedef enum { CMLX_FULL = 0, CMLX_FAST = 1, CMLX_FINE = 2 } cmlx_arithmetic;
/// Codes uint32 [outputs, inputs * bits / 32], scales and biases [outputs, inputs / group].
cmlx_packed cmlx_pack_quantized(cmlx_array weight, cmlx_array scales, cmlx_array biases,
                                int32_t group, int32_t bits, cmlx_arithmetic arithmetic);
/// Float weights [outputs, ...]; the other axes are the inputs. They are rounded themselves when
/// `arithmetic` allows it.
cmlx_packed cmlx_pack_dense(cmlx_array weight, cmlx_arithmetic arithmetic);
/// Float weights [outputs, height, width, in] for `cmlx_packed_convolve` with this stride alone.
cmlx_packed cmlx_pack_convolution(cmlx_array weight, const int32_t stride[2],
                                  cmlx_arithmetic arithmetic);
void cmlx_packed_free(cmlx_packed packed);
/// x [..., inputs] to [..., outputs]; `bias` [outputs] may be NULL.
cmlx_array cmlx_packed_multiply(cmlx_packed packed, cmlx_array x, cmlx_array bias);
/// x [batch, height, width, in] to [batch, height, width, outputs] with the weights of a
/// convolution; `kernel` is their height and width.
cmlx_array cmlx_packed_convolve(cmlx_packed packed, cmlx_array x, cmlx_array bias,
                                const int32_t kernel[2], const int32_t stride[2],
                                const int32_t padding[2]);
/// int32 ids [...] to float32 rows [..., inputs].
cmlx_array cmlx_packed_gather(cmlx_packed packed, cmlx_array ids);
/// `mask` may be NULL; bool (true = visible) or float (added).
cmlx_array cmlx_attention(cmlx_array queries, cmlx_array keys, cmlx_array values, float scale,
                          cmlx_array mask, bool causal);
/// A decode step's attention as one node, where MLX takes a dozen for each of the `count`
/// sequences: `projected` [count, 1, (heads + 2 kvHeads) dim] are queries, keys and values, of
/// which the first two get their norm (weights [dim]) and their rotation by `base`. Gives [count,
/// 1, heads dim]. `keys` and `values`, [1, kvHeads, capacity, dim] each, are written at the
/// sequence's position: not copied, as `cmlx_slice_update` does it, but where they are.
cmlx_array cmlx_attend_next(cmlx_array projected, cmlx_array query_norm, cmlx_array key_norm,
                            float eps, float base, float scale, const cmlx_array* keys,
                            const cmlx_array* values, const int32_t* positions, size_t count);
cmlx_array cmlx_rms_norm(cmlx_array x, cmlx_array weight, float eps);
cmlx_array cmlx_layer_norm(cmlx_array x, cmlx_array weight, cmlx_array bias, float eps);
cmlx_array cmlx_rope(cmlx_array x, int32_t dimensions, float base, float scale, int32_t offset);
/// `offsets` is int32 [batch].
cmlx_array cmlx_rope_each(cmlx_array x, int32_t dimensions, float base, float scale,
                          cmlx_array offsets);
cmlx_array cmlx_gelu(cmlx_array x);
cmlx_array cmlx_silu(cmlx_array x);

#ifdef __cplusplus
}
#endif

#endif
