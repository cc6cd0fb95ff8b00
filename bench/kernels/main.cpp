// Each CPU kernel on each table, beside what the machine can do at most.
//
// kernels [--quick]: progress to standard error, JSON to standard output.
#include <cstdio>
#include <cstring>

#include "report.h"

using namespace bun_asr::bench;

int main(int count, char** arguments) {
  Bench bench(count > 1 && !std::strcmp(arguments[1], "--quick"));
  Limits limits;
  std::fprintf(stderr, "peaks and bandwidths\n");
  limits.measure();
  measure_quantized_products(bench);
  measure_dense_products(bench);
  measure_convolutions(bench);
  measure_attention(bench);
  measure_rows(bench);
  std::fprintf(stderr, "peaks and bandwidths again\n");
  limits.measure();
  print_report(bench, limits);
  return 0;
}
