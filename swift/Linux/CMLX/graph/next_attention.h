// A decode step's attention as one node: in ops of MLX it is a dozen for each sequence, and what
// MLX does around them takes as long as the attention itself.
#pragma once

#include <vector>

#include "mlx/array.h"

namespace cmlx {

/// What a layer's attention is made of; weights of the norms float32 [dim].
struct NextAttention {
  mlx::core::array query_norm, key_norm;
  float eps, base, scale;
};

/// One position more of each of several sequences: queries, keys and values side by side,
/// `projected` float32 [B, 1, (heads + 2 kvHeads) dim], with what each sequence keeps, `keys` and
/// `values` [1, kvHeads, capacity, dim] of float32 or float16, and the position that comes → [B, 1,
/// heads dim].
///
/// Keys and values are written where they are kept: the arrays themselves change, also for whoever
/// holds them as well. Where others share the memory, as views do, it is copied before.
mlx::core::array attend_next(const mlx::core::array& projected, const NextAttention& layer,
                             const std::vector<mlx::core::array>& keys,
                             const std::vector<mlx::core::array>& values,
                             const std::vector<int32_t>& positions);

}  // namespace cmlx
