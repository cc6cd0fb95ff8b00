#include "limits.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "kernels/machine/threads.h"
#include "read_loop.h"

namespace bun_asr::bench {
namespace {

constexpr size_t cache_bytes = 512 << 10;  // a thread: in the second-level cache
constexpr size_t piece_bytes = 1 << 18;
constexpr size_t parts = 16;  // of the memory; a trial reads one
constexpr int trials = 2;

/// The better of two trials: `work` units a second. They are about as short as a kernel's call: in
/// a longer one a busy neighbour is more likely to interfere.
template <class Run>
double best_rate(double work, const Run& run) {
  double best = 0;
  for (int trial = 0; trial < trials; trial++) {
    const auto started = std::chrono::steady_clock::now();
    run();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
    best = std::max(best, work / took.count());
  }
  return best;
}

void keep_better(Rate& rate, double one_thread, double all_threads) {
  rate.one_thread = std::max(rate.one_thread, one_thread);
  // One thread is a way to use all.
  rate.all_threads = std::max({rate.all_threads, all_threads, one_thread});
}

void measure_peak(Limits::Peak& peak) {
  constexpr size_t pieces = 8, turns = 20'000;
  const double work = pieces * turns * peak.loop->operations;
  auto piece = [&](size_t i, size_t end) {
    for (; i < end; i++) peak.loop->run(turns);
  };
  const double one = best_rate(work, [&] { piece(0, pieces); });
  const size_t all = pieces * thread_count();
  keep_better(peak.rate, one,
              best_rate(work * double(thread_count()), [&] { parallel_for(all, 1, piece); }));
}

/// Each trial reads the next part, so that none is in a cache.
void measure_memory(Rate& rate, const PageMemory& memory, size_t& next) {
  const size_t bytes = Limits::working_set() / parts, pieces = bytes / piece_bytes;
  auto read = [&](size_t i, size_t end) {
    read_all(memory.data() + next % parts * bytes + i * piece_bytes, (end - i) * piece_bytes);
  };
  const double one = best_rate(double(bytes), [&] {
    next++;
    read(0, pieces);
  });
  keep_better(rate, one, best_rate(double(bytes), [&] {
                next++;
                parallel_for(pieces, 1, read);
              }));
}

void measure_cache(Rate& rate) {
  constexpr size_t repetitions = 16;
  const size_t threads = thread_count();
  const PageMemory memory(cache_bytes * threads);
  auto read = [&](size_t i, size_t end) {
    for (; i < end; i++) {
      for (size_t n = 0; n < repetitions; n++) {
        read_all(memory.data() + i % threads * cache_bytes, cache_bytes);
      }
    }
  };
  const double work = double(repetitions * cache_bytes);
  const double one = best_rate(work, [&] { read(0, 1); });
  keep_better(rate, one,
              best_rate(work * double(threads), [&] { parallel_for(threads, 1, read); }));
}

}  // namespace

size_t Limits::working_set() {
  const size_t all = size_t(sysconf(_SC_PHYS_PAGES)) * size_t(sysconf(_SC_PAGESIZE));
  return std::min<size_t>(512 << 20, all / 8) / (parts * piece_bytes) * (parts * piece_bytes);
}

Limits::Limits() : working_memory_(working_set()) {
  for (const PeakLoop& loop : peak_loops()) {
    if (loop.supported()) peaks_.push_back({&loop, {}});
  }
}

void Limits::measure() {
  for (Peak& peak : peaks_) measure_peak(peak);
  measure_cache(cache_);
  measure_memory(memory_, working_memory_, next_part_);
}

const Limits::Peak& Limits::peak(const std::string& table, Operand operand) const {
  for (Operand wanted : {operand, Operand::f32}) {
    for (const Peak& peak : peaks_) {
      if (peak.loop->table == table && peak.loop->operand == wanted) return peak;
    }
  }
  std::abort();  // every table has a loop for floats
}

}  // namespace bun_asr::bench
