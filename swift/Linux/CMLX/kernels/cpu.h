// What the processor can do and the operating system saves.
#pragma once

namespace bun_asr {
#if defined(__x86_64__)
bool cpu_has_avx2();    // AVX2, FMA, F16C
bool cpu_has_avx512();  // F, BW, DQ, VL besides
bool cpu_has_avx512_vnni();
#endif
}  // namespace bun_asr
