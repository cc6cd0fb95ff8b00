#include "kernels/machine/weight_memory.h"

#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <algorithm>
#include <mutex>

namespace bun_asr {
namespace {

constexpr size_t cache_line = 64;
constexpr size_t large_page = size_t(2) << 20;
constexpr size_t region_bytes = size_t(64) << 20;

/// Many matrices share a region; it goes when the last of them does. Only pages that are touched
/// take memory.
class Region {
 public:
  explicit Region(size_t bytes) : size_(bytes) {
    void* memory = nullptr;
    if (posix_memalign(&memory, large_page, bytes) != 0) return;
#if defined(__linux__)
    madvise(memory, bytes, MADV_HUGEPAGE);
#endif
    memory_ = static_cast<uint8_t*>(memory);
  }
  ~Region() { free(memory_); }
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

  uint8_t* take(size_t bytes) {
    if (!memory_ || bytes > size_ - used_) return nullptr;
    uint8_t* taken = memory_ + used_;
    used_ += std::min(size_ - used_, (bytes + cache_line - 1) / cache_line * cache_line);
    return taken;
  }

 private:
  uint8_t* memory_ = nullptr;
  size_t size_, used_ = 0;
};

}  // namespace

std::shared_ptr<uint8_t> take_weight_memory(size_t bytes) {
  static std::mutex mutex;
  static std::weak_ptr<Region> current;
  std::lock_guard<std::mutex> lock(mutex);
  auto region = current.lock();
  uint8_t* memory = region ? region->take(bytes) : nullptr;
  if (!memory) {
    const size_t pages = (bytes + large_page - 1) / large_page * large_page;
    region = std::make_shared<Region>(std::max(pages, region_bytes));
    memory = region->take(bytes);
    current = region;
  }
  return memory ? std::shared_ptr<uint8_t>(region, memory) : nullptr;
}

}  // namespace bun_asr
