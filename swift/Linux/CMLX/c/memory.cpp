// Memory that nobody uses.
#include <malloc.h>

#include "c/handles.h"
#include "graph/kept_buffers.h"
#include "mlx/memory.h"

namespace mx = mlx::core;

// Loading reads each tensor into memory of its own; what was freed since goes back to the system.
int cmlx_clear_cache() {
  return cmlx::guarded(-1, [&] {
    cmlx::release_kept();
    mx::clear_cache();
    malloc_trim(0);
    return 0;
  });
}

void cmlx_set_cache_limit(size_t bytes) { cmlx::set_kept_limit(bytes); }

size_t cmlx_memory_limit() { return mx::get_memory_limit(); }
