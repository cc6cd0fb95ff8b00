// Arrays one after the other, as a kernel.
#pragma once

#include <vector>

#include "mlx/array.h"

namespace cmlx {

/// Parts joined along `axis`. As an op of MLX this would make an op of each part as well; here
/// cheap kernels that are pending are computed on the way.
mlx::core::array concatenate(const std::vector<mlx::core::array>& parts, int axis);

}  // namespace cmlx
