// Computes arrays.
#pragma once

#include <vector>

#include "mlx/array.h"

namespace cmlx {

/// Like mlx::core::eval, but kernels run here and now, on the calling thread and the pool: handing
/// each to MLX's stream thread would cost as much as a small kernel, and a further thread would
/// compete for the cores. Ops of MLX go its own way. Everything is there on return.
void evaluate(const std::vector<mlx::core::array>& arrays);

}  // namespace cmlx
