// Scaled dot-product attention as a primitive.
#pragma once

#include <optional>

#include "mlx/array.h"

namespace cmlx {

/// softmax(scale q kᵀ + mask) v: queries [batch, heads, queries, dim], keys and values [batch,
/// kv_heads, keys, dim], the last two both float16 or computed in float32. `mask` broadcasts to
/// [batch, heads, queries, keys]: bool (true = visible) or float (added); `causal` takes its place.
/// Throws std::invalid_argument when the shapes do not agree.
mlx::core::array attention(const mlx::core::array& queries, const mlx::core::array& keys,
                           const mlx::core::array& values, float scale,
                           const std::optional<mlx::core::array>& mask, bool causal);

}  // namespace cmlx
