// Memory of results that are gone, for results to come.
//
// MLX's allocator for the processor gives large blocks back to the system, which clears every page
// before it lends it again: those of the logits at every token, those of the caches at every chunk.
#pragma once

#include <cstddef>

#include "mlx/array.h"

namespace cmlx {

/// Gives `output` its memory, of an earlier result where one of that size is kept.
void allocate_output(mlx::core::array& output);

/// Most bytes that are kept from now on, in the whole process.
void set_kept_limit(size_t bytes);

/// Gives back what is kept.
void release_kept();

}  // namespace cmlx
