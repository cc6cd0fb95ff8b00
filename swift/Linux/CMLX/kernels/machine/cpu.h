// This folder: the machine below the kernels: instructions, cores, threads, memory.
//
// Here: what the processor can do and the operating system saves.
#pragma once

#include <cstddef>

namespace bun_asr {

/// How far ahead of where they are read weights are asked for, in bytes: from the memory into the
/// second-level cache, and from there into the first.
extern const size_t prefetch_ahead, prefetch_near;

#if defined(__x86_64__)
bool cpu_has_avx2();        // AVX2, FMA, F16C
bool cpu_has_avxvnni();     // AVX-VNNI besides
bool cpu_has_avx512();      // AVX2 and AVX-512 F, BW, DQ, VL
bool cpu_has_avx512vnni();  // AVX-512 VNNI besides
bool cpu_is_zen4();         // its vectors of 64 bytes are two of 32
#elif defined(__aarch64__)
bool cpu_has_neon_dot();  // sdot
#endif
}  // namespace bun_asr
