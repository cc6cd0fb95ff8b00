// vDSP on Linux: element loops. Each is one call of `over`, whose dense case the compiler
// vectorises.
#include <algorithm>
#include <iterator>

#include "include/Accelerate.h"

namespace {

// out[i * out_stride] = f(i-th of each input)
template <class Out, class A, class F>
void over(const A* a, vDSP_Stride a_stride, Out* out, vDSP_Stride out_stride, vDSP_Length n, F f) {
  const auto count = static_cast<vDSP_Stride>(n);
  if (static_cast<const void*>(a) == out && a_stride == 1 && out_stride == 1) {
    // Alone, for the compiler vectorises two pointers only where they do not overlap.
    for (vDSP_Stride i = 0; i < count; i++) out[i] = f(out[i]);
  } else if (a_stride == 1 && out_stride == 1) {
    for (vDSP_Stride i = 0; i < count; i++) out[i] = f(a[i]);
  } else {
    for (vDSP_Stride i = 0; i < count; i++) out[i * out_stride] = f(a[i * a_stride]);
  }
}

template <class T, class F>
void over(const T* a, vDSP_Stride a_stride, const T* b, vDSP_Stride b_stride, T* out,
          vDSP_Stride out_stride, vDSP_Length n, F f) {
  const auto count = static_cast<vDSP_Stride>(n);
  if (a_stride == 1 && b_stride == 1 && out_stride == 1) {
    for (vDSP_Stride i = 0; i < count; i++) out[i] = f(a[i], b[i]);
  } else {
    for (vDSP_Stride i = 0; i < count; i++)
      out[i * out_stride] = f(a[i * a_stride], b[i * b_stride]);
  }
}

}  // namespace

void vDSP_ctoz(const DSPComplex* c, vDSP_Stride interleaved_stride, const DSPSplitComplex* z,
               vDSP_Stride stride, vDSP_Length n) {
  auto same = [](float x) { return x; };
  over(&c->real, interleaved_stride, z->realp, stride, n, same);
  over(&c->imag, interleaved_stride, z->imagp, stride, n, same);
}

void vDSP_zvmags(const DSPSplitComplex* z, vDSP_Stride z_stride, float* c, vDSP_Stride c_stride,
                 vDSP_Length n) {
  over(z->realp, z_stride, z->imagp, z_stride, c, c_stride, n,
       [](float x, float y) { return x * x + y * y; });
}

void vDSP_zvmagsD(const DSPDoubleSplitComplex* z, vDSP_Stride z_stride, double* c,
                  vDSP_Stride c_stride, vDSP_Length n) {
  over(z->realp, z_stride, z->imagp, z_stride, c, c_stride, n,
       [](double x, double y) { return x * x + y * y; });
}

void vDSP_vmul(const float* a, vDSP_Stride a_stride, const float* b, vDSP_Stride b_stride, float* c,
               vDSP_Stride c_stride, vDSP_Length n) {
  over(a, a_stride, b, b_stride, c, c_stride, n, [](float x, float y) { return x * y; });
}

void vDSP_vmulD(const double* a, vDSP_Stride a_stride, const double* b, vDSP_Stride b_stride,
                double* c, vDSP_Stride c_stride, vDSP_Length n) {
  over(a, a_stride, b, b_stride, c, c_stride, n, [](double x, double y) { return x * y; });
}

void vDSP_vaddD(const double* a, vDSP_Stride a_stride, const double* b, vDSP_Stride b_stride,
                double* c, vDSP_Stride c_stride, vDSP_Length n) {
  over(a, a_stride, b, b_stride, c, c_stride, n, [](double x, double y) { return x + y; });
}

void vDSP_vsubD(const double* b, vDSP_Stride b_stride, const double* a, vDSP_Stride a_stride,
                double* c, vDSP_Stride c_stride, vDSP_Length n) {
  over(a, a_stride, b, b_stride, c, c_stride, n, [](double x, double y) { return x - y; });
}

void vDSP_vspdp(const float* a, vDSP_Stride a_stride, double* c, vDSP_Stride c_stride,
                vDSP_Length n) {
  over(a, a_stride, c, c_stride, n, [](float x) { return static_cast<double>(x); });
}

void vDSP_vdpsp(const double* a, vDSP_Stride a_stride, float* c, vDSP_Stride c_stride,
                vDSP_Length n) {
  over(a, a_stride, c, c_stride, n, [](double x) { return static_cast<float>(x); });
}

void vDSP_vsmul(const float* a, vDSP_Stride a_stride, const float* b, float* c,
                vDSP_Stride c_stride, vDSP_Length n) {
  over(a, a_stride, c, c_stride, n, [factor = *b](float x) { return x * factor; });
}

void vDSP_vsmsa(const float* a, vDSP_Stride a_stride, const float* b, const float* c, float* d,
                vDSP_Stride d_stride, vDSP_Length n) {
  over(a, a_stride, d, d_stride, n,
       [factor = *b, offset = *c](float x) { return x * factor + offset; });
}

void vDSP_vclip(const float* a, vDSP_Stride a_stride, const float* low, const float* high, float* d,
                vDSP_Stride d_stride, vDSP_Length n) {
  over(a, a_stride, d, d_stride, n,
       [least = *low, most = *high](float x) { return std::min(std::max(x, least), most); });
}

void vDSP_maxv(const float* a, vDSP_Stride stride, float* c, vDSP_Length n) {
  const auto count = static_cast<vDSP_Stride>(n);
  // One running maximum is a chain of waits; these are vectors.
  float most[32];
  std::fill(std::begin(most), std::end(most), -__builtin_inff());
  vDSP_Stride i = 0;
  if (stride == 1) {
    for (; i + 32 <= count; i += 32) {
      for (int lane = 0; lane < 32; lane++) most[lane] = std::max(most[lane], a[i + lane]);
    }
  }
  for (; i < count; i++) most[0] = std::max(most[0], a[i * stride]);
  *c = *std::max_element(std::begin(most), std::end(most));
}

void vDSP_mtrans(const float* a, vDSP_Stride a_stride, float* c, vDSP_Stride c_stride,
                 vDSP_Length m, vDSP_Length n) {
  for (vDSP_Length row = 0; row < m; row++) {
    for (vDSP_Length column = 0; column < n; column++) {
      c[static_cast<vDSP_Stride>(row * n + column) * c_stride] =
          a[static_cast<vDSP_Stride>(column * m + row) * a_stride];
    }
  }
}
