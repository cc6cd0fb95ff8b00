// vDSP matrix products on OpenBLAS.
#include <cblas.h>

#include "include/Accelerate.h"

namespace {

// The products here take a fraction of a millisecond; waking other threads for them, which then
// spin, costs more.
const bool single_threaded = (scipy_openblas_set_num_threads(1), true);

}  // namespace

const char* accelerate_config() { return scipy_openblas_get_config(); }

const char* accelerate_core() { return scipy_openblas_get_corename(); }

void vDSP_mmul(const float* a, vDSP_Stride, const float* b, vDSP_Stride, float* c, vDSP_Stride,
               vDSP_Length m, vDSP_Length n, vDSP_Length p) {
  const auto rows = static_cast<int>(m), columns = static_cast<int>(n), inner = static_cast<int>(p);
  scipy_cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, columns, inner, 1.0f, a, inner,
                    b, columns, 0.0f, c, columns);
}

void vDSP_mmulD(const double* a, vDSP_Stride, const double* b, vDSP_Stride, double* c, vDSP_Stride,
                vDSP_Length m, vDSP_Length n, vDSP_Length p) {
  const auto rows = static_cast<int>(m), columns = static_cast<int>(n), inner = static_cast<int>(p);
  scipy_cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, columns, inner, 1.0, a, inner,
                    b, columns, 0.0, c, columns);
}
