// The peaks of x86-64.
#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels/machine/cpu.h"
#include "peak.h"

namespace bun_asr::bench {
namespace {

// Sums that do not wait for each other: more than latency times ports, few enough for 16 registers.
constexpr int chains = 12;

// One turn of the loop takes `step` on each of `chains` sums. The compiler must take every operand
// and every sum for changed, so it neither drops a step nor joins two.
#define PEAK_LOOP(name, Register, first, step)                              \
  void name(size_t turns) {                                                 \
    Register a = first, b = first, sums[chains] = {};                       \
    for (; turns > 0; turns--) {                                            \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) { \
        asm volatile("" : "+v"(a));                                         \
        Register& sum = sums[i];                                            \
        sum = step;                                                         \
        asm volatile("" : "+v"(sum));                                       \
      }                                                                     \
    }                                                                       \
  }

PEAK_LOOP(mul_add_xmm, __m128, _mm_set1_ps(0.5f), _mm_add_ps(sum, _mm_mul_ps(a, b)))

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
PEAK_LOOP(fma_ymm, __m256, _mm256_set1_ps(0.5f), _mm256_fmadd_ps(a, b, sum))
PEAK_LOOP(maddubs_ymm, __m256i, _mm256_set1_epi8(1),
          _mm256_add_epi16(sum, _mm256_maddubs_epi16(a, b)))
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,avxvnni"))), apply_to = function)
PEAK_LOOP(dpbusd_ymm, __m256i, _mm256_set1_epi8(1), _mm256_dpbusd_avx_epi32(sum, a, b))
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw"))), apply_to = function)
PEAK_LOOP(fma_zmm, __m512, _mm512_set1_ps(0.5f), _mm512_fmadd_ps(a, b, sum))
PEAK_LOOP(maddubs_zmm, __m512i, _mm512_set1_epi8(1),
          _mm512_add_epi16(sum, _mm512_maddubs_epi16(a, b)))
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512vnni"))), apply_to = function)
PEAK_LOOP(dpbusd_zmm, __m512i, _mm512_set1_epi32(0x01010101), _mm512_dpbusd_epi32(sum, a, b))
PEAK_LOOP(dpwssd_zmm, __m512i, _mm512_set1_epi32(0x00010001), _mm512_dpwssd_epi32(sum, a, b))
#pragma clang attribute pop

bool always() { return true; }

constexpr PeakLoop loops[] = {
    {"avx512vnni", Operand::f32, "vfmadd231ps zmm", 32 * chains, cpu_has_avx512vnni, fma_zmm},
    {"avx512vnni", Operand::int8, "vpdpbusd zmm", 128 * chains, cpu_has_avx512vnni, dpbusd_zmm},
    {"avx512vnni", Operand::int16, "vpdpwssd zmm", 64 * chains, cpu_has_avx512vnni, dpwssd_zmm},
    {"avx512", Operand::f32, "vfmadd231ps zmm", 32 * chains, cpu_has_avx512, fma_zmm},
    {"avx512", Operand::int8, "vpmaddubsw, vpaddw zmm", 128 * chains, cpu_has_avx512, maddubs_zmm},
    {"avxvnni", Operand::f32, "vfmadd231ps ymm", 16 * chains, cpu_has_avxvnni, fma_ymm},
    {"avxvnni", Operand::int8, "vpdpbusd ymm", 64 * chains, cpu_has_avxvnni, dpbusd_ymm},
    {"avx2", Operand::f32, "vfmadd231ps ymm", 16 * chains, cpu_has_avx2, fma_ymm},
    {"avx2", Operand::int8, "vpmaddubsw, vpaddw ymm", 64 * chains, cpu_has_avx2, maddubs_ymm},
    {"scalar", Operand::f32, "mulps, addps xmm", 8 * chains, always, mul_add_xmm},
};

}  // namespace

std::span<const PeakLoop> peak_loops() { return loops; }

}  // namespace bun_asr::bench
#endif
