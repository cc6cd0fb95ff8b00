// Writing into a window of an array: how a KV cache grows.
#pragma once

#include "kernel.h"

namespace cmlx {

/// `x` with `update` in its window from `start` on, both float32. In place when nothing else holds
/// the values of `x`, else on a copy.
mlx::core::array overwrite(const mlx::core::array& x, const mlx::core::array& update,
                           const mlx::core::Shape& start);

}  // namespace cmlx
