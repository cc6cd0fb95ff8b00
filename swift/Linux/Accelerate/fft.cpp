// vDSP_fft_zrip on pocketfft, which comes with libmlx.
#include <vector>

#include "include/Accelerate.h"
#include "mlx/3rdparty/pocketfft.h"

struct OpaqueFFTSetup {
  explicit OpaqueFFTSetup(vDSP_Length log2n) {
    for (vDSP_Length power = 1; power <= log2n; power++) plans.emplace_back(size_t{1} << power);
  }
  std::vector<pocketfft::detail::rfftp<float>> plans;  // plans[k]: 2^(k + 1) points
};

FFTSetup vDSP_create_fftsetup(vDSP_Length log2n, FFTRadix radix) {
  if (radix != kFFTRadix2 || log2n == 0 || log2n > 24) return nullptr;
  try {
    return new OpaqueFFTSetup(log2n);
  } catch (...) {
    return nullptr;
  }
}

void vDSP_destroy_fftsetup(FFTSetup setup) { delete setup; }

void vDSP_fft_zrip(FFTSetup setup, const DSPSplitComplex* c, vDSP_Stride, vDSP_Length log2n,
                   FFTDirection) {
  const size_t half = size_t{1} << (log2n - 1);
  thread_local std::vector<float> points;
  points.resize(2 * half);
  for (size_t i = 0; i < half; i++) {
    points[2 * i] = c->realp[i];
    points[2 * i + 1] = c->imagp[i];
  }
  // Half-complex result: r0, r1, i1, r2, i2, …, r(n/2). Apple scales it by 2.
  setup->plans[log2n - 1].exec(points.data(), 2.0f, true);
  c->realp[0] = points[0];
  c->imagp[0] = points[2 * half - 1];
  for (size_t i = 1; i < half; i++) {
    c->realp[i] = points[2 * i - 1];
    c->imagp[i] = points[2 * i];
  }
}
