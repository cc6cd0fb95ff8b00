// This folder: swift/Linux/Accelerate under test.
//
// The Linux vDSP and vForce functions against what Apple documents: plain loops in double
// precision, strides other than one, and the packing and scale of vDSP_fft_zrip.
#include "Accelerate.h"

#include <cmath>
#include <complex>
#include <cstdio>
#include <random>
#include <vector>

namespace {

using Floats = std::vector<float>;
using Doubles = std::vector<double>;

int passed = 0, failed = 0;
std::mt19937 generator(20260101);

Floats normals(size_t count) {
  std::normal_distribution<float> normal;
  Floats values(count);
  for (auto& value : values) value = normal(generator);
  return values;
}

void check(const char* what, size_t count, double tolerance, auto found, auto expected) {
  for (size_t i = 0; i < count; i++) {
    if (std::abs(double(found(i)) - double(expected(i))) <= tolerance) continue;
    failed++;
    std::printf("FAIL %s [%zu]: %.9g, expected %.9g\n", what, i, double(found(i)),
                double(expected(i)));
    return;
  }
  passed++;
}

void test_elementwise() {
  // Each function dense, and with strides 2 and 3 on inputs and output.
  for (long stride : {1L, 2L}) {
    const size_t n = 37;
    const long other = stride == 1 ? 1 : 3;
    const Floats a = normals(n * 3), b = normals(n * 3);
    Floats c(n * 3);
    const Doubles aD(a.begin(), a.end()), bD(b.begin(), b.end());
    Doubles cD(n * 3);
    auto at = [](const auto& values, long stride) {
      return [&values, stride](size_t i) { return double(values[i * stride]); };
    };
    auto x = at(a, stride), y = at(b, other);
    auto out = at(c, other);
    auto outD = at(cD, other);

    vDSP_vmul(a.data(), stride, b.data(), other, c.data(), other, n);
    check("vDSP_vmul", n, 1e-6, out, [&](size_t i) { return x(i) * y(i); });
    const float factor = 0.25f, offset = -3, low = -0.5f, high = 0.75f;
    vDSP_vsmul(a.data(), stride, &factor, c.data(), other, n);
    check("vDSP_vsmul", n, 1e-6, out, [&](size_t i) { return x(i) * factor; });
    vDSP_vsmsa(a.data(), stride, &factor, &offset, c.data(), other, n);
    check("vDSP_vsmsa", n, 1e-6, out, [&](size_t i) { return x(i) * factor + offset; });
    vDSP_vclip(a.data(), stride, &low, &high, c.data(), other, n);
    check("vDSP_vclip", n, 0, out, [&](size_t i) { return std::min(std::max(x(i), -0.5), 0.75); });
    Floats same = a;
    vDSP_vclip(same.data(), stride, &low, &high, same.data(), stride, n);
    check("vDSP_vclip in place", n, 0, at(same, stride),
          [&](size_t i) { return std::min(std::max(x(i), -0.5), 0.75); });
    float most = 0;
    vDSP_maxv(a.data(), stride, &most, n);
    double largest = x(0);
    for (size_t i = 0; i < n; i++) largest = std::max(largest, x(i));
    check("vDSP_maxv", 1, 0, [&](size_t) { return most; }, [&](size_t) { return largest; });

    vDSP_vmulD(aD.data(), stride, bD.data(), other, cD.data(), other, n);
    check("vDSP_vmulD", n, 1e-12, outD, [&](size_t i) { return x(i) * y(i); });
    vDSP_vaddD(aD.data(), stride, bD.data(), other, cD.data(), other, n);
    check("vDSP_vaddD", n, 1e-12, outD, [&](size_t i) { return x(i) + y(i); });
    // The first argument is subtracted.
    vDSP_vsubD(aD.data(), stride, bD.data(), other, cD.data(), other, n);
    check("vDSP_vsubD", n, 1e-12, outD, [&](size_t i) { return y(i) - x(i); });
    vDSP_vspdp(a.data(), stride, cD.data(), other, n);
    check("vDSP_vspdp", n, 0, outD, x);
    vDSP_vdpsp(aD.data(), stride, c.data(), other, n);
    check("vDSP_vdpsp", n, 0, out, x);
  }
  // A negative stride walks backwards.
  const Doubles a{1, 2, 3}, b{10, 20, 30};
  Doubles c(3);
  vDSP_vaddD(a.data(), 1, b.data() + 2, -1, c.data(), 1, 3);
  check(
      "vDSP_vaddD backwards", 3, 0, [&](size_t i) { return c[i]; },
      [&](size_t i) { return a[i] + b[2 - i]; });
}

void test_complex() {
  const Floats interleaved = normals(26);
  Floats real(13), imaginary(13), power(13);
  DSPSplitComplex split{real.data(), imaginary.data()};
  vDSP_ctoz(reinterpret_cast<const DSPComplex*>(interleaved.data()), 2, &split, 1, 13);
  check(
      "vDSP_ctoz", 13, 0, [&](size_t i) { return real[i]; },
      [&](size_t i) { return interleaved[2 * i]; });
  check(
      "vDSP_ctoz", 13, 0, [&](size_t i) { return imaginary[i]; },
      [&](size_t i) { return interleaved[2 * i + 1]; });
  vDSP_zvmags(&split, 1, power.data(), 1, 13);
  auto square = [&](size_t i) {
    return double(real[i]) * real[i] + double(imaginary[i]) * imaginary[i];
  };
  check("vDSP_zvmags", 13, 1e-5, [&](size_t i) { return power[i]; }, square);
  Doubles realD(real.begin(), real.end()), imaginaryD(imaginary.begin(), imaginary.end()),
      powerD(13);
  DSPDoubleSplitComplex splitD{realD.data(), imaginaryD.data()};
  vDSP_zvmagsD(&splitD, 1, powerD.data(), 1, 13);
  check("vDSP_zvmagsD", 13, 1e-12, [&](size_t i) { return powerD[i]; }, square);
}

void test_products() {
  const size_t m = 5, n = 7, p = 11;
  const Floats a = normals(m * p), b = normals(p * n);
  Floats c(m * n);
  auto expected = [&](size_t i) {
    double sum = 0;
    for (size_t k = 0; k < p; k++) sum += double(a[i / n * p + k]) * b[k * n + i % n];
    return sum;
  };
  vDSP_mmul(a.data(), 1, b.data(), 1, c.data(), 1, m, n, p);
  check("vDSP_mmul", m * n, 1e-5, [&](size_t i) { return c[i]; }, expected);
  const Doubles aD(a.begin(), a.end()), bD(b.begin(), b.end());
  Doubles cD(m * n);
  vDSP_mmulD(aD.data(), 1, bD.data(), 1, cD.data(), 1, m, n, p);
  check("vDSP_mmulD", m * n, 1e-12, [&](size_t i) { return cD[i]; }, expected);
  Floats t(p * m);
  vDSP_mtrans(a.data(), 1, t.data(), 1, p, m);
  check(
      "vDSP_mtrans", m * p, 0, [&](size_t i) { return t[i]; },
      [&](size_t i) { return a[i % m * p + i / m]; });
}

void test_log() {
  // Every power of two, and the neighbourhood of 1, where the result goes through 0.
  Floats x;
  for (int power = -126; power < 128; power++) {
    for (float m : {1.0f, 1.2f, 1.4142135f, 1.4142137f, 1.9999999f}) {
      x.push_back(std::ldexp(m, power));
    }
  }
  for (int i = -1000; i <= 1000; i++) x.push_back(1 + float(i) * 0x1p-20f);
  Floats y = x;
  const int count = int(x.size());
  vvlog10f(y.data(), y.data(), &count);
  // As a part of half a unit in the last place.
  check(
      "vvlog10f", x.size(), 1.001,
      [&](size_t i) {
        const double exact = std::log10(double(x[i]));
        const float size = std::abs(float(exact));
        const double unit = double(std::nextafter(size, INFINITY)) - size;
        return 2 * (double(y[i]) - exact) / unit;
      },
      [](size_t) { return 0; });

  const Floats special{0, -1, INFINITY, NAN, 1e-40f, 100};
  Floats z(special.size());
  const int few = int(special.size());
  vvlog10f(z.data(), special.data(), &few);
  const bool good = z[0] == -INFINITY && std::isnan(z[1]) && z[2] == INFINITY && std::isnan(z[3]) &&
                    std::abs(z[4] + 40) < 1e-4f && z[5] == 2;
  check("vvlog10f of special values", 1, 0, [&](size_t) { return good; }, [](size_t) { return 1; });
}

// The packed result holds twice the DFT: bin 0 in realp[0], the Nyquist bin in imagp[0].
void test_fft() {
  for (size_t log2n : {2u, 5u, 9u}) {
    const size_t length = size_t{1} << log2n, half = length / 2;
    const Floats x = normals(length);
    Floats real(half), imaginary(half);
    for (size_t i = 0; i < half; i++) {
      real[i] = x[2 * i];
      imaginary[i] = x[2 * i + 1];
    }
    DSPSplitComplex split{real.data(), imaginary.data()};
    FFTSetup setup = vDSP_create_fftsetup(log2n, kFFTRadix2);
    vDSP_fft_zrip(setup, &split, 1, log2n, kFFTDirection_Forward);
    auto dft = [&](size_t bin) {
      std::complex<double> sum = 0;
      for (size_t t = 0; t < length; t++) {
        sum +=
            double(x[t]) * std::polar(1.0, -2 * M_PI * double(t * bin % length) / double(length));
      }
      return sum;
    };
    auto expected_real = [&](size_t i) { return 2 * dft(i).real(); };
    auto expected_imaginary = [&](size_t i) {
      return i == 0 ? 2 * dft(half).real() : 2 * dft(i).imag();
    };
    check("vDSP_fft_zrip real", half, 1e-4, [&](size_t i) { return real[i]; }, expected_real);
    check(
        "vDSP_fft_zrip imaginary", half, 1e-4, [&](size_t i) { return imaginary[i]; },
        expected_imaginary);
    vDSP_destroy_fftsetup(setup);
  }
  if (vDSP_create_fftsetup(0, kFFTRadix2) == nullptr)
    passed++;
  else
    failed++;
}

}  // namespace

int main() {
  test_elementwise();
  test_complex();
  test_products();
  test_log();
  test_fft();
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed ? 1 : 0;
}
