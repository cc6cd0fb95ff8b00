// Timing a kernel on every table.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "kernels/kernels.h"
#include "limits.h"

namespace bun_asr::bench {

/// A kernel with its arguments.
struct Call {
  std::string group, shape;
  Arithmetic arithmetic = Arithmetic::full;
  Operand operand = Operand::f32;  // what the fastest instructions for it multiply
  double operations = 0;           // a multiply-and-add is two; 0 where nobody counts them
  double bytes = 0;                // that it cannot but read
  Residence residence = Residence::memory;
  std::function<void(size_t turn)> run;  // takes other arguments at each turn if they lie in memory
};

struct Measurement {
  Call call;
  std::string table;
  double seconds;  // median
  size_t turns;
};

class Bench {
 public:
  Bench(Limits& limits, bool quick);

  bool quick() const { return quick_; }
  /// On the table in use, after another look at the limits.
  void measure(const Call& call);
  const std::vector<Measurement>& measurements() const { return measurements_; }
  /// The tables to measure, best first: in a quick run not all.
  const std::vector<std::string>& tables() const { return tables_; }

 private:
  Limits& limits_;
  bool quick_;
  std::vector<std::string> tables_;
  std::vector<Measurement> measurements_;
};

// The calls.
void measure_quantized_products(Bench&);
void measure_dense_products(Bench&);
void measure_convolutions(Bench&);
void measure_attention(Bench&);
void measure_rows(Bench&);

}  // namespace bun_asr::bench
