// Loops of one multiply-and-add instruction, to measure how many a core can do.
#pragma once

#include <cstddef>
#include <span>

namespace bun_asr::bench {

/// What is multiplied.
enum class Operand { f32, int8, int16 };

struct PeakLoop {
  const char* table;  // the table whose kernels it bounds
  Operand operand;
  const char* instructions;
  double operations;  // of one turn; a multiply-and-add is two
  bool (*supported)();
  void (*run)(size_t turns);
};

/// Those compiled for this architecture; for a table and operand the fastest comes first.
std::span<const PeakLoop> peak_loops();

}  // namespace bun_asr::bench
