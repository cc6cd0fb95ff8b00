// Kernels that go through the last axis row by row: norms, rotation, activations, reductions. All
// compute in float32 and take any strides.
#pragma once

#include "mlx/array.h"

namespace cmlx {

/// x of one to four axes, normalised along the last; weight [size].
mlx::core::array rms_norm(const mlx::core::array& x, const mlx::core::array& weight, float eps);

/// x [..., size], weight and bias [size].
mlx::core::array layer_norm(const mlx::core::array& x, const mlx::core::array& weight,
                            const mlx::core::array& bias, float eps);

/// x [batch, heads, positions, dim], its first `dimensions` rotated, from position `offset` on.
mlx::core::array rope(const mlx::core::array& x, int dimensions, float base, float scale,
                      int offset);
/// The same from `offsets` on, int32 [batch]: a position for each item.
mlx::core::array rope(const mlx::core::array& x, int dimensions, float base, float scale,
                      const mlx::core::array& offsets);

/// Alone; a product that has not been computed ends with it (product.h).
mlx::core::array gelu(const mlx::core::array& x);

/// Index of the largest along the last axis, uint32.
mlx::core::array argmax(const mlx::core::array& x);

/// log(sum(exp(x))) along the last axis.
mlx::core::array log_sum_exp(const mlx::core::array& x);

}  // namespace cmlx
