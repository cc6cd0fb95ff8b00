// The rows of weights, block after block, as packing takes them.
#pragma once

#include <algorithm>
#include <cstring>

#include "kernels/machine/scratch.h"
#include "kernels/table.h"
#include "kernels/weight_rows.h"

namespace bun_asr {

/// Reads blocks of 32 rows in the order in which they lie, several at once.
class BlockReader {
 public:
  /// Blocks before `end` will be asked for; `memory` is this reader's alone as long as it lives.
  BlockReader(const WeightRows& rows, size_t row_bytes, size_t outputs, size_t end,
              Scratch<uint8_t>& memory)
      : rows_(rows),
        memory_(memory),
        row_bytes_(row_bytes),
        outputs_(std::min(outputs, end * block_outputs)),
        step_(std::max<size_t>(1, room / (block_outputs * row_bytes))) {}

  /// The rows of block `b`, [32][row_bytes]; zeros beyond the last output.
  const uint8_t* block(size_t b) {
    if (b < first_ || b >= first_ + count_) fetch(b);
    return at_ + (b - first_) * block_outputs * row_bytes_;
  }

 private:
  // What a system call is cheap for, and stays in the second-level cache until it is packed.
  static constexpr size_t room = size_t(128) << 10;

  void fetch(size_t b) {
    const size_t row = b * block_outputs, rows = std::min(step_ * block_outputs, outputs_ - row);
    const size_t blocks = (rows + block_outputs - 1) / block_outputs;
    uint8_t* memory = memory_.reserve(step_ * block_outputs * row_bytes_);
    at_ = rows_.read(row, rows, memory);
    first_ = b;
    count_ = blocks;
    const size_t missing = blocks * block_outputs - rows;
    if (missing == 0) return;
    if (at_ != memory) std::memcpy(memory, at_, rows * row_bytes_);
    std::memset(memory + rows * row_bytes_, 0, missing * row_bytes_);
    at_ = memory;
  }

  const WeightRows& rows_;
  Scratch<uint8_t>& memory_;
  size_t row_bytes_, outputs_, step_;
  size_t first_ = 0, count_ = 0;
  const uint8_t* at_ = nullptr;
};

}  // namespace bun_asr
