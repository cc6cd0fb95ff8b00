#include "graph/kept_buffers.h"

#include <bit>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "mlx/allocator.h"

namespace mx = mlx::core;
using mx::allocator::Buffer;

namespace cmlx {
namespace {

/// Smaller ones stay in the process anyway.
constexpr size_t least_bytes = 64 << 10;

/// Rounded up to one of eight sizes between powers of two: recordings differ in length by little.
size_t size_class(size_t bytes) {
  const size_t step = std::bit_floor(bytes) / 8;
  return (bytes + step - 1) / step * step;
}

class Kept {
 public:
  Buffer take(size_t bytes) {
    if (bytes < least_bytes) return mx::allocator::malloc(bytes);
    const size_t size = size_class(bytes);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      auto found = buffers_.find(size);
      if (found != buffers_.end() && !found->second.empty()) {
        const Buffer buffer = found->second.back();
        found->second.pop_back();
        bytes_ -= size;
        return buffer;
      }
    }
    return mx::allocator::malloc(size);
  }

  void give(Buffer buffer) {
    const size_t size = buffer.ptr() ? mx::allocator::allocator().size(buffer) : 0;
    if (size < least_bytes) return mx::allocator::free(buffer);
    std::lock_guard<std::mutex> lock(mutex_);
    // Sizes that are not asked for any more would stay for ever: all go, and those in use come
    // again.
    if (bytes_ + size > limit_) drop();
    if (size > limit_) return mx::allocator::free(buffer);
    buffers_[size].push_back(buffer);
    bytes_ += size;
  }

  void limit(size_t bytes) {
    std::lock_guard<std::mutex> lock(mutex_);
    limit_ = bytes;
    if (bytes_ > limit_) drop();
  }

  void release() {
    std::lock_guard<std::mutex> lock(mutex_);
    drop();
  }

 private:
  void drop() {
    for (auto& [size, buffers] : buffers_) {
      for (const Buffer buffer : buffers) mx::allocator::free(buffer);
    }
    buffers_.clear();
    bytes_ = 0;
  }

  std::mutex mutex_;
  std::unordered_map<size_t, std::vector<Buffer>> buffers_;
  size_t bytes_ = 0;
  size_t limit_ = 0;
};

// Never destroyed: results may outlive main().
Kept& kept() {
  static Kept& instance = *new Kept;
  return instance;
}

}  // namespace

void allocate_output(mx::array& output) {
  output.set_data(kept().take(output.nbytes()), [](Buffer buffer) { kept().give(buffer); });
}

void set_kept_limit(size_t bytes) { kept().limit(bytes); }

void release_kept() { kept().release(); }

}  // namespace cmlx
