/// This folder: the part of Apple's Accelerate that the model uses, on OpenBLAS.
///
/// The vDSP and vForce functions that AudioPreprocessing.swift calls, with the names, types and
/// scaling that Apple documents for Accelerate (vDSP.h, vForce.h). Strides count elements. No error
/// is reported: as on Apple, the caller vouches for sizes.
#ifndef BUN_ASR_ACCELERATE_H
#define BUN_ASR_ACCELERATE_H

#ifdef __cplusplus
extern "C" {
#endif

/// What computes here in Apple's place: "OpenBLAS 0.3.34 …" and the processor whose kernels it
/// chose, as in "Haswell". Both live as long as the process.
const char* _Nonnull accelerate_config(void);
const char* _Nonnull accelerate_core(void);

typedef unsigned long vDSP_Length;
typedef long vDSP_Stride;

/// Complex numbers as two separate rows.
typedef struct DSPSplitComplex {
  float* _Nonnull realp;
  float* _Nonnull imagp;
} DSPSplitComplex;

/// Double-precision complex numbers as two separate rows.
typedef struct DSPDoubleSplitComplex {
  double* _Nonnull realp;
  double* _Nonnull imagp;
} DSPDoubleSplitComplex;

/// Interleaved complex number.
typedef struct DSPComplex {
  float real;
  float imag;
} DSPComplex;

typedef struct OpaqueFFTSetup* FFTSetup;
typedef int FFTDirection;
typedef int FFTRadix;
enum { kFFTDirection_Forward = +1, kFFTDirection_Inverse = -1 };
enum { kFFTRadix2 = 0 };

/// Tables for transforms of up to 2^log2n points; NULL when that is not possible. Free with
/// vDSP_destroy_fftsetup.
FFTSetup _Nullable vDSP_create_fftsetup(vDSP_Length log2n, FFTRadix radix);
void vDSP_destroy_fftsetup(FFTSetup _Nullable setup);

/// In-place real FFT of 2^log2n points, packed as even samples in realp and odd ones in imagp
/// (vDSP_ctoz). Forward: twice the DFT; bin 0 in realp[0], the Nyquist bin in imagp[0]. Only the
/// forward direction at stride 1 is here.
void vDSP_fft_zrip(FFTSetup _Nonnull setup, const DSPSplitComplex* _Nonnull c, vDSP_Stride stride,
                   vDSP_Length log2n, FFTDirection direction);

/// Interleaved to split: n complex numbers. `interleavedStride` counts floats (2 = dense).
void vDSP_ctoz(const DSPComplex* _Nonnull c, vDSP_Stride interleavedStride,
               const DSPSplitComplex* _Nonnull z, vDSP_Stride stride, vDSP_Length n);

/// c[i] = |z[i]|^2
void vDSP_zvmags(const DSPSplitComplex* _Nonnull z, vDSP_Stride zStride, float* _Nonnull c,
                 vDSP_Stride cStride, vDSP_Length n);

/// c[i] = a[i] * b[i]
void vDSP_vmul(const float* _Nonnull a, vDSP_Stride aStride, const float* _Nonnull b,
               vDSP_Stride bStride, float* _Nonnull c, vDSP_Stride cStride, vDSP_Length n);

/// c[i] = a[i] * *b
void vDSP_vsmul(const float* _Nonnull a, vDSP_Stride aStride, const float* _Nonnull b,
                float* _Nonnull c, vDSP_Stride cStride, vDSP_Length n);

/// d[i] = a[i] * *b + *c
void vDSP_vsmsa(const float* _Nonnull a, vDSP_Stride aStride, const float* _Nonnull b,
                const float* _Nonnull c, float* _Nonnull d, vDSP_Stride dStride, vDSP_Length n);

/// d[i] = a[i] limited to [*low, *high]
void vDSP_vclip(const float* _Nonnull a, vDSP_Stride aStride, const float* _Nonnull low,
                const float* _Nonnull high, float* _Nonnull d, vDSP_Stride dStride, vDSP_Length n);

/// *c = max of a
void vDSP_maxv(const float* _Nonnull a, vDSP_Stride stride, float* _Nonnull c, vDSP_Length n);

/// C [m, n] = A [m, p] * B [p, n]
void vDSP_mmul(const float* _Nonnull a, vDSP_Stride aStride, const float* _Nonnull b,
               vDSP_Stride bStride, float* _Nonnull c, vDSP_Stride cStride, vDSP_Length m,
               vDSP_Length n, vDSP_Length p);

/// C [m, n] = transpose of A [n, m]
void vDSP_mtrans(const float* _Nonnull a, vDSP_Stride aStride, float* _Nonnull c,
                 vDSP_Stride cStride, vDSP_Length m, vDSP_Length n);

// In double precision

/// c[i] = a[i], widened
void vDSP_vspdp(const float* _Nonnull a, vDSP_Stride aStride, double* _Nonnull c,
                vDSP_Stride cStride, vDSP_Length n);

/// c[i] = a[i], rounded
void vDSP_vdpsp(const double* _Nonnull a, vDSP_Stride aStride, float* _Nonnull c,
                vDSP_Stride cStride, vDSP_Length n);

/// c[i] = a[i] * b[i]
void vDSP_vmulD(const double* _Nonnull a, vDSP_Stride aStride, const double* _Nonnull b,
                vDSP_Stride bStride, double* _Nonnull c, vDSP_Stride cStride, vDSP_Length n);

/// c[i] = a[i] + b[i]
void vDSP_vaddD(const double* _Nonnull a, vDSP_Stride aStride, const double* _Nonnull b,
                vDSP_Stride bStride, double* _Nonnull c, vDSP_Stride cStride, vDSP_Length n);

/// c[i] = a[i] - b[i]; the subtrahend `b` comes first, as on Apple.
void vDSP_vsubD(const double* _Nonnull b, vDSP_Stride bStride, const double* _Nonnull a,
                vDSP_Stride aStride, double* _Nonnull c, vDSP_Stride cStride, vDSP_Length n);

/// c[i] = |z[i]|^2
void vDSP_zvmagsD(const DSPDoubleSplitComplex* _Nonnull z, vDSP_Stride zStride, double* _Nonnull c,
                  vDSP_Stride cStride, vDSP_Length n);

/// C [m, n] = A [m, p] * B [p, n]
void vDSP_mmulD(const double* _Nonnull a, vDSP_Stride aStride, const double* _Nonnull b,
                vDSP_Stride bStride, double* _Nonnull c, vDSP_Stride cStride, vDSP_Length m,
                vDSP_Length n, vDSP_Length p);

/// y[i] = log10(x[i]) for *n values; x and y may be the same.
void vvlog10f(float* _Nonnull y, const float* _Nonnull x, const int* _Nonnull n);

#ifdef __cplusplus
}
#endif

#endif
