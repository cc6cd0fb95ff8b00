// The AVX-512 table for processors without VNNI.
#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels/isa/isa.h"

#pragma clang attribute push(                                                    \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), \
    apply_to = function)
namespace bun_asr::avx512 {
namespace {
#include "kernels/isa/avx512.h"
using Int8 = PairInt8;

#include "kernels/bodies/kernels.inl"
}  // namespace
}  // namespace bun_asr::avx512
#pragma clang attribute pop

namespace bun_asr {
extern constinit const Table avx512_table = avx512::make_table("avx512", cpu_has_avx512);
}  // namespace bun_asr
#endif
