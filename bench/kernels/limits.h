// What the machine can do at most: the measure of every kernel.
#pragma once

#include <string>
#include <vector>

#include "page_memory.h"
#include "peak.h"

namespace bun_asr::bench {

/// A rate, a second: operations or bytes.
struct Rate {
  double one_thread = 0, all_threads = 0;
};

/// Where a kernel's arguments lie when it is called.
enum class Residence { memory, cache };

class Limits {
 public:
  Limits();

  /// Bytes that no cache holds, or an eighth of what the machine has.
  static size_t working_set();

  /// Measures everything and keeps what is better than before: another process can only slow a
  /// loop down, so this is called before every kernel.
  void measure();

  struct Peak {
    const PeakLoop* loop;
    Rate rate;
  };
  const std::vector<Peak>& peaks() const { return peaks_; }
  const Rate& bandwidth(Residence residence) const {
    return residence == Residence::memory ? memory_ : cache_;
  }
  /// The peak of a table for an operand, or for floats when it has no instruction for that.
  const Peak& peak(const std::string& table, Operand operand) const;

 private:
  PageMemory working_memory_;
  size_t next_part_ = 0;
  std::vector<Peak> peaks_;
  Rate memory_, cache_;
};

}  // namespace bun_asr::bench
