// A block of memory in large pages, as packed weights have it.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "kernels/machine/threads.h"

namespace bun_asr::bench {

class PageMemory {
 public:
  explicit PageMemory(size_t bytes) {
    constexpr size_t page = size_t(2) << 20;
    const size_t size = (bytes + page - 1) / page * page;
    data_ = static_cast<uint8_t*>(std::aligned_alloc(page, size));
    if (!data_) std::abort();
#if defined(__linux__)
    madvise(data_, size, MADV_HUGEPAGE);
#endif
    parallel_for(size / page, 1,
                 [&](size_t i, size_t end) { std::memset(data_ + i * page, 1, (end - i) * page); });
  }
  ~PageMemory() { std::free(data_); }
  PageMemory(const PageMemory&) = delete;
  PageMemory& operator=(const PageMemory&) = delete;

  uint8_t* data() const { return data_; }

 private:
  uint8_t* data_;
};

}  // namespace bun_asr::bench
