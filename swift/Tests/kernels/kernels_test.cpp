// This folder: the CPU kernels under test, without MLX.
//
// Every kernel of every table that this machine supports, over shapes with ugly tails.
//
// The reference is a plain loop in double precision; the scalar table is held to it, and every
// other table both to it and to the scalar table.
// Tolerance of a sum of n terms: float sums taken in different orders differ by at most n 2^-24
// times the sum of |terms|, and in practice by a small multiple of sqrt(n) 2^-24 times it; allowed
// are 4 sqrt(n) 2^-24 (and 2^-20 for short sums). Other tolerances stand beside their kernels.
//
// All buffers are vectors of the exact size, so a build with -fsanitize=address,undefined catches
// any access beyond an argument:
//   clang++ -std=c++20 -O2 *.cpp $(find ../../Linux/CMLX/kernels -name '*.cpp') \
//     -I../../Linux/CMLX -lpthread -o kernels_test
#include <cstdio>
#include <cstring>

#include "checks.h"

using namespace bun_asr;
using namespace bun_asr::tests;

int main(int count, char** arguments) {
  if (count > 1 && !std::strcmp(arguments[1], "--choice")) {
    if (kernels_problem())
      std::printf("problem: %s\n", kernels_problem());
    else
      std::printf("table: %s\n", kernels_name());
    return 0;
  }
  for (auto t = all_tables(); *t; t++) {
    std::printf("%s: %s\n", (*t)->name, (*t)->supported() ? "tested" : "not supported here");
  }
  test_threads();
  test_choice(arguments[0]);
  test_activations();
  test_swiglu();
  test_argmax();
  test_log_sum_exp();
  test_norms();
  test_to_f16();
  test_rope();
  test_matrices();
  test_conv2d();
  test_int16();
  test_int8();
  test_int8x2();
  test_rounded_bytes();
  test_winograd();
  test_attentions();
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed ? 1 : 0;
}
