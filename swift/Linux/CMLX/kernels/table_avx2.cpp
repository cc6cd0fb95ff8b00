// The AVX2 table.
#if defined(__x86_64__)
#include <cmath>
#include <cstdint>
#include <cstring>

#include <immintrin.h>

#include "cpu.h"
#include "table.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
namespace bun_asr::avx2 {
namespace {
#include "vec_avx2.h"
#include "kernels.inl"
}  // namespace
}  // namespace bun_asr::avx2
#pragma clang attribute pop

namespace bun_asr {
extern constinit const Table avx2_table = avx2::make_table("avx2", cpu_has_avx2);
}  // namespace bun_asr
#endif
