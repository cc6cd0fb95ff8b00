// Writing into a window of an array: how a KV cache grows.
#pragma once

#include "graph/primitive.h"

namespace cmlx {

/// Whether `overwrite` takes both: float32, or float16.
bool can_overwrite(const mlx::core::array& x, const mlx::core::array& update);

/// `x` with `update` in its window from `start` on. In place when nothing else holds the values of
/// `x`, else on a copy.
mlx::core::array overwrite(const mlx::core::array& x, const mlx::core::array& update,
                           const mlx::core::Shape& start);

}  // namespace cmlx
