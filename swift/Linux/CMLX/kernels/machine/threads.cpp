#include "kernels/machine/threads.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "kernels/machine/cores.h"

namespace bun_asr {
namespace {

// A decode step is a train of short loops. A worker that spins this long between two of them is
// awake for the next; a longer gap (the model is idle) sends it to sleep on the condition variable.
// The longest gap inside of a step is where sixteen sequences write their keys and values.
constexpr auto spin_time = std::chrono::microseconds(200);

// A loop is claimed in rounds of a chunk for each thread, together half of what is left, down to a
// thirty-second of a thread's share: memory is read in long pieces, the last threads to finish
// differ by a small chunk, and a core of half the speed keeps no other waiting. Claims are few, for
// each moves a line from core to core, 0.3 us where these share no cache: with an eighth of what is
// left for a chunk, products of one row took a sixth longer there.
constexpr size_t max_chunks_a_thread = 32;

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Spins until `ready()` or until `spin_time` has passed; says whether it is ready.
template <class Ready>
bool spin_until(const Ready& ready) {
  const auto deadline = std::chrono::steady_clock::now() + spin_time;
  do {
    for (int i = 0; i < 32; i++) {
      if (ready()) return true;
      pause();
    }
  } while (std::chrono::steady_clock::now() < deadline);
  return ready();
}

thread_local bool inside_loop = false;

// The loop in progress lies in the pool itself: a worker that wakes late still finds valid memory.
// A worker first counts itself into `workers_inside_`, then looks at `open_`; the caller first
// closes, then waits until nobody is inside. Sequential consistency makes one see the other, so the
// fields below never change under a worker that reads them.
class Pool {
 public:
  bool try_run(size_t threads, size_t count, size_t grain,
               void (*chunk)(const void*, size_t, size_t), const void* body) {
    std::unique_lock<std::mutex> only(submit_, std::try_to_lock);
    if (!only.owns_lock()) return false;
    start_workers(threads - 1);
    helpers_.store(threads - 1);
    count_ = count;
    grain_ = grain;
    threads_ = threads;
    chunk_ = chunk;
    body_ = body;
    next_.store(0);
    open_.store(true);
    epoch_.fetch_add(1);
    if (sleepers_.load() > 0) {
      {
        std::lock_guard<std::mutex> lock(sleep_);
      }
      wake_.notify_all();
    }
    claim_chunks();
    open_.store(false);
    auto left = [this] { return workers_inside_.load() == 0; };
    while (!spin_until(left)) std::this_thread::yield();
    return true;
  }

 private:
  /// Workers are started at the first loop that wants them, and stay.
  void start_workers(size_t wanted) {
    for (; started_ < wanted; started_++) {
      try {
        std::thread([this, index = started_] { serve(index); }).detach();
      } catch (...) {
        return;  // fewer threads than wished for: the loop is correct with any number
      }
    }
  }

  void claim_chunks() {
    inside_loop = true;
    size_t begin = next_.load();
    while (begin < count_) {
      const size_t end = begin + std::min(count_ - begin, chunk_at(begin));
      if (!next_.compare_exchange_weak(begin, end)) continue;
      chunk_(body_, begin, end);
      begin = next_.load();
    }
    inside_loop = false;
  }

  size_t chunk_at(size_t begin) const {
    for (size_t round = 0;;) {
      const size_t chunk = std::max(grain_, (count_ - round) / 2 / threads_);
      const size_t next = round + chunk * threads_;
      if (begin < next || chunk == grain_) return chunk;
      round = next;
    }
  }

  /// Worker `index`: not all of them help when fewer threads are wished for than were started.
  void serve(size_t index) {
    uint64_t seen = 0;
    auto changed = [&] { return epoch_.load() != seen && index < helpers_.load(); };
    for (;;) {
      if (index >= helpers_.load() || !spin_until(changed)) {
        std::unique_lock<std::mutex> lock(sleep_);
        sleepers_.fetch_add(1);
        wake_.wait(lock, changed);
        sleepers_.fetch_sub(1);
      }
      seen = epoch_.load();
      workers_inside_.fetch_add(1);
      // One that was slow to come may meet a later loop, which may want fewer threads.
      if (open_.load() && index < helpers_.load()) claim_chunks();
      workers_inside_.fetch_sub(1);
    }
  }

  std::mutex submit_;
  size_t started_ = 0;
  size_t count_ = 0;
  size_t grain_ = 1;
  size_t threads_ = 1;
  void (*chunk_)(const void*, size_t, size_t) = nullptr;
  const void* body_ = nullptr;

  alignas(64) std::atomic<size_t> next_{0};
  alignas(64) std::atomic<uint64_t> epoch_{0};
  std::atomic<bool> open_{false};
  std::atomic<size_t> helpers_{0};
  alignas(64) std::atomic<int> workers_inside_{0};

  alignas(64) std::mutex sleep_;
  std::condition_variable wake_;
  std::atomic<int> sleepers_{0};
};

// Never destroyed: the workers outlive main(), and nothing joins them when the process ends.
Pool& pool() {
  static Pool& instance = *new Pool;
  return instance;
}

}  // namespace

namespace {

constexpr size_t max_threads = 1024;

size_t default_thread_count() {
  static const size_t count = [] {
    const char* wish = std::getenv("BUN_ASR_THREADS");
    const long asked = wish ? std::strtol(wish, nullptr, 10) : 0;
    return std::min(asked > 0 ? static_cast<size_t>(asked) : usable_cores(), max_threads);
  }();
  return count;
}

std::atomic<size_t> wished_count{0};

}  // namespace

size_t thread_count() {
  const size_t wished = wished_count.load();
  return wished > 0 ? wished : default_thread_count();
}

void set_thread_count(size_t count) { wished_count.store(std::min(count, max_threads)); }

void run_chunks(size_t count, size_t grain, void (*chunk)(const void*, size_t, size_t),
                const void* body) {
  if (count == 0) return;
  const size_t threads = thread_count(), max_chunks = threads * max_chunks_a_thread;
  grain = std::max({grain, size_t(1), (count + max_chunks - 1) / max_chunks});
  if (threads == 1 || inside_loop || grain >= count ||
      !pool().try_run(threads, count, grain, chunk, body)) {
    chunk(body, 0, count);
  }
}

}  // namespace bun_asr
