// Reads tensors for MLX, on all cores and with failures reported.
#pragma once

#include <memory>
#include <string>

#include "mlx/io/load.h"

namespace cmlx {

/// MLX reads lazily, on the thread that runs its ops, where an exception would end the process. A
/// failed read gives zeros there and is remembered: `throw_read_failure` on the calling thread
/// tells it, and whatever was made of the zeros is not used.
std::shared_ptr<mlx::core::io::Reader> open_file(const std::string& path);

/// Throws the first failure since the last call, if any.
void throw_read_failure();

}  // namespace cmlx
