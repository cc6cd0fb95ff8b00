// Working memory that a thread keeps between calls, so that no kernel allocates in a steady state.
#pragma once

#include <cstddef>
#include <cstdlib>

namespace bun_asr {

/// A 64-byte aligned block that grows and is freed with its thread. Growing loses what it held.
template <class T>
class Scratch {
 public:
  ~Scratch() { std::free(data_); }

  T* reserve(size_t count) {
    if (count > count_) {
      std::free(data_);
      const size_t bytes = (count * sizeof(T) + 63) / 64 * 64;
      data_ = static_cast<T*>(std::aligned_alloc(64, bytes));
      if (!data_) std::abort();  // no kernel can report failure, and none could go on
      count_ = count;
    }
    return data_;
  }

 private:
  T* data_ = nullptr;
  size_t count_ = 0;
};

}  // namespace bun_asr
