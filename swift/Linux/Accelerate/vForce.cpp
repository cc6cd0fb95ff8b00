// vForce on Linux.
#include <cmath>

#include "include/Accelerate.h"

void vvlog10f(float* y, const float* x, const int* n) {
  for (int i = 0; i < *n; i++) y[i] = std::log10(x[i]);
}
