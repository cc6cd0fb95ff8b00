// SiLU and the product with it as one kernel: the middle of a SwiGLU.
#pragma once

#include <optional>

#include "mlx/array.h"

namespace cmlx {

mlx::core::array silu(const mlx::core::array& x);

/// gate * up, when `gate` is a SiLU that has not been computed; else nothing.
std::optional<mlx::core::array> gated(const mlx::core::array& gate, const mlx::core::array& up);

}  // namespace cmlx
