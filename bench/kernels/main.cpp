// This folder: each CPU kernel on each table, beside what the machine can do at most.
//
// kernels [--quick | --limits]: progress to standard error, JSON to standard output. With --limits
// what the machine can do alone, in some seconds.
#include <cstring>

#include "kernels/table.h"
#include "report.h"

using namespace bun_asr::bench;

int main(int count, char** arguments) {
  auto is_asked = [&](const char* flag) { return count > 1 && !std::strcmp(arguments[1], flag); };
  Limits limits;
  Bench bench(limits, is_asked("--quick"));
  if (is_asked("--limits")) {
    for (int look = 0; look < 20; look++) limits.measure();
    print_report(bench, limits);
    return 0;
  }
  for (const std::string& table : bench.tables()) {
    // Before weights are packed: some are packed for the table in use.
    bun_asr::use_table(table.c_str());
    measure_quantized_products(bench);
    measure_dense_products(bench);
    measure_convolutions(bench);
    measure_attention(bench);
    measure_rows(bench);
  }
  print_report(bench, limits);
  return 0;
}
