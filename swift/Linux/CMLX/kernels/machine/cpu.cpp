#include "kernels/machine/cpu.h"

#if defined(__x86_64__)
#include <cpuid.h>

#include <cstdint>
#include <cstring>

namespace bun_asr {
namespace {

/// Register XCR0: the register files that the operating system saves at a task switch.
uint64_t saved_state() {
  uint32_t low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return uint64_t(high) << 32 | low;
}

struct Features {
  bool avx2 = false, avx512 = false, avx512vnni = false, avxvnni = false;

  Features() {
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return;
    const bool fma = c >> 12 & 1, osxsave = c >> 27 & 1, f16c = c >> 29 & 1;
    if (!fma || !osxsave || !f16c || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return;
    const uint64_t state = saved_state();
    constexpr uint64_t ymm = 0x6, zmm = 0xe6;  // SSE and AVX; and mask registers, upper halves
    avx2 = (state & ymm) == ymm && (b >> 5 & 1);
    const bool f = b >> 16 & 1, dq = b >> 17 & 1, bw = b >> 30 & 1, vl = b >> 31 & 1;
    avx512 = avx2 && (state & zmm) == zmm && f && dq && bw && vl;
    avx512vnni = avx512 && (c >> 11 & 1);
    avxvnni = avx2 && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1);
  }
};

const Features& features() {
  static const Features found;
  return found;
}

/// Of AMD: 0x19 is Zen 3 and Zen 4, 0x1a Zen 5. 0: of somebody else.
uint32_t amd_family() {
  uint32_t a, b, c, d;
  char vendor[12];
  if (!__get_cpuid(0, &a, &b, &c, &d)) return 0;
  std::memcpy(vendor, &b, 4);
  std::memcpy(vendor + 4, &d, 4);
  std::memcpy(vendor + 8, &c, 4);
  if (std::memcmp(vendor, "AuthenticAMD", sizeof vendor) != 0) return 0;
  __get_cpuid(1, &a, &b, &c, &d);
  return (a >> 8 & 0xf) + (a >> 20 & 0xff);
}

bool is_amd_before_zen5() {
  const uint32_t family = amd_family();
  return family != 0 && family < 0x1a;
}

}  // namespace

// By measurement of one row, as `bench kernels` makes it. On Zen 3 more lines than a core can wait
// for are of no use, and what is asked for behind the end of a thread's share comes for nothing. On
// Emerald Rapids the first-level cache waits for sixteen lines at a time, the second for three
// times as many: weights are read fastest when they are asked for in two steps. So they are on
// Zen 5, where one row gains 3 % and eight rows 12.
const size_t prefetch_ahead = is_amd_before_zen5() ? 1152 : 4608;
const size_t prefetch_near = 1152;

bool cpu_has_avx2() { return features().avx2; }
bool cpu_has_avx512() { return features().avx512; }
bool cpu_has_avx512vnni() { return features().avx512vnni; }
bool cpu_has_avxvnni() { return features().avxvnni; }
bool cpu_is_zen4() { return cpu_has_avx512() && amd_family() == 0x19; }

}  // namespace bun_asr
#elif defined(__aarch64__)
#if defined(__linux__)
#include <sys/auxv.h>
#endif

namespace bun_asr {

const size_t prefetch_ahead = 4096, prefetch_near = 4096;

bool cpu_has_neon_dot() {
#if defined(__linux__)
  constexpr unsigned long dot_products = 1ul << 20;  // HWCAP_ASIMDDP
  return getauxval(AT_HWCAP) & dot_products;
#else
  return true;  // Apple's machines
#endif
}

}  // namespace bun_asr
#endif
