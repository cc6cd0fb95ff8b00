// Where the rows of a weight matrix come from when it is packed.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bun_asr {

/// Rows of a matrix, which lie in memory or are fetched piece by piece: so nobody needs memory for
/// a whole matrix besides the packed one. Any number of threads reads at once.
class WeightRows {
 public:
  virtual ~WeightRows() = default;
  /// Rows [first, first + count), one after the other: in place, or in `room`, which is as large.
  virtual const uint8_t* read(size_t first, size_t count, uint8_t* room) const = 0;
};

/// Rows of `row_bytes` that lie in memory.
class RowsInMemory final : public WeightRows {
 public:
  RowsInMemory(const void* rows, size_t row_bytes)
      : rows_(static_cast<const uint8_t*>(rows)), row_bytes_(row_bytes) {}
  const uint8_t* read(size_t first, size_t, uint8_t*) const override {
    return rows_ + first * row_bytes_;
  }

 private:
  const uint8_t* rows_;
  size_t row_bytes_;
};

}  // namespace bun_asr
