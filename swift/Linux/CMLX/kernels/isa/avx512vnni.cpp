// The AVX-512 table for processors that also multiply small integers (VNNI).
#if defined(__x86_64__)
#include <cmath>
#include <cstdint>
#include <cstring>

#include <immintrin.h>

#include "kernels/machine/cpu.h"
#include "kernels/table.h"

#pragma clang attribute push(                                                               \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c"))), \
    apply_to = function)
namespace bun_asr::avx512vnni {
namespace {
#include "kernels/isa/vec_avx512.h"
#include "kernels/isa/vec_avx512vnni.h"

#include "kernels/isa/dot_avx512vnni.h"

#include "kernels/bodies/kernels.inl"

#include "kernels/bodies/int16.inl"
}  // namespace
}  // namespace bun_asr::avx512vnni
#pragma clang attribute pop

namespace bun_asr {
extern constinit const Table avx512vnni_table =
    avx512vnni::with_int16(avx512vnni::make_table("avx512vnni", cpu_has_avx512vnni));
}  // namespace bun_asr
#endif
