#include "measurement.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "kernels/table.h"

namespace bun_asr::bench {
namespace {

double seconds_of(const Call& call, size_t turn) {
  const auto started = std::chrono::steady_clock::now();
  call.run(turn);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
}

}  // namespace

Bench::Bench(Limits& limits, bool quick) : limits_(limits), quick_(quick) {
  for (auto t = all_tables(); *t; t++) {
    if ((*t)->supported()) tables_.push_back((*t)->name);
  }
  // The best, and the plainest that has vectors.
  if (quick && tables_.size() > 2) tables_ = {tables_[0], tables_[tables_.size() - 2]};
}

void Bench::measure(const Call& call) {
  const double budget = quick_ ? 0.015 : 0.25;
  const size_t fewest = quick_ ? 3 : 9;
  const char* arithmetic = call.arithmetic == Arithmetic::full ? "full" : "fast";
  std::fprintf(stderr, "%s, %s: %s, %s\n", call.group.c_str(), call.shape.c_str(), kernels_name(),
               arithmetic);
  limits_.measure();
  std::vector<double> times{seconds_of(call, 0)};
  // The first turn warms up, unless it takes long enough to be the only one.
  if (times[0] < 1) {
    times.clear();
    double spent = 0;
    for (size_t turn = 1; times.size() < fewest || (spent < budget && times.size() < 5000);
         turn++) {
      times.push_back(seconds_of(call, turn));
      spent += times.back();
    }
  }
  std::nth_element(times.begin(), times.begin() + ptrdiff_t(times.size() / 2), times.end());
  measurements_.push_back({call, kernels_name(), times[times.size() / 2], times.size()});
}

}  // namespace bun_asr::bench
