// Each CPU kernel on each table, beside what the machine can do at most.
//
// kernels [--quick]: progress to standard error, JSON to standard output.
#include <cstring>

#include "report.h"
#include "table.h"

using namespace bun_asr::bench;

int main(int count, char** arguments) {
  Bench bench(count > 1 && !std::strcmp(arguments[1], "--quick"));
  Limits limits;
  for (const std::string& table : bench.tables()) {
    // Before weights are packed: some are packed for the table in use.
    bun_asr::use_table(table.c_str());
    for (auto measure : {measure_quantized_products, measure_dense_products, measure_convolutions,
                         measure_attention, measure_rows}) {
      limits.measure();
      measure(bench);
    }
  }
  limits.measure();
  print_report(bench, limits);
  return 0;
}
