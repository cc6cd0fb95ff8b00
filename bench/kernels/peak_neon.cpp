// The peaks of arm64.
#if defined(__aarch64__)
#include <arm_neon.h>

#include "kernels/machine/cpu.h"
#include "peak.h"

namespace bun_asr::bench {
namespace {

// Sums that do not wait for each other: more than latency times ports.
constexpr int chains = 20;

// As in peak_x86.cpp.
#define PEAK_LOOP(name, Sum, Factor, first, step)                           \
  void name(size_t turns) {                                                 \
    Factor a = first, b = first;                                            \
    Sum sums[chains] = {};                                                  \
    for (; turns > 0; turns--) {                                            \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) { \
        asm volatile("" : "+w"(a));                                         \
        Sum& sum = sums[i];                                                 \
        sum = step;                                                         \
        asm volatile("" : "+w"(sum));                                       \
      }                                                                     \
    }                                                                       \
  }

PEAK_LOOP(fmla, float32x4_t, float32x4_t, vdupq_n_f32(0.5f), vfmaq_f32(sum, a, b))

PEAK_LOOP(smull, int32x4_t, int8x8_t, vdup_n_s8(1), vpadalq_s16(sum, vmull_s8(a, b)))

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
PEAK_LOOP(sdot, int32x4_t, int8x16_t, vdupq_n_s8(1), vdotq_s32(sum, a, b))
#pragma clang attribute pop

bool always() { return true; }

constexpr PeakLoop loops[] = {
    {"neondot", Operand::f32, "fmla", 8 * chains, cpu_has_neon_dot, fmla},
    {"neondot", Operand::int8, "sdot", 32 * chains, cpu_has_neon_dot, sdot},
    {"neon", Operand::f32, "fmla", 8 * chains, always, fmla},
    {"neon", Operand::int8, "smull, sadalp", 16 * chains, always, smull},
    {"scalar", Operand::f32, "fmla", 8 * chains, always, fmla},
};

}  // namespace

std::span<const PeakLoop> peak_loops() { return loops; }

}  // namespace bun_asr::bench
#endif
