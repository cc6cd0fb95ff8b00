// One pool of threads for every kernel: started at the first parallel loop, asleep when none runs.
#pragma once

#include <cstddef>

namespace bun_asr {

/// Threads that share a loop, the calling one included: all usable cores, or BUN_ASR_THREADS, or
/// what was set last.
size_t thread_count();

/// For loops that begin from now on, in the whole process; 0 is the default again.
void set_thread_count(size_t count);

/// `parallel_for` without its type: runs chunk(body, begin, end) until [0, count) is done.
void run_chunks(size_t count, size_t grain, void (*chunk)(const void*, size_t, size_t),
                const void* body);

/// Runs body(begin, end) over [0, count) on the pool, in chunks of at least `grain` items, and
/// returns when all are done. Chunks are claimed one by one, so a core that another process holds
/// costs one chunk. Loops inside a body, and loops begun while another thread's loop runs, stay on
/// the calling thread. The body must not throw, and works for any division into chunks.
template <class F>
void parallel_for(size_t count, size_t grain, const F& body) {
  run_chunks(
      count, grain,
      [](const void* f, size_t begin, size_t end) { (*static_cast<const F*>(f))(begin, end); },
      &body);
}

}  // namespace bun_asr
