// The AVX-512 table for processors that also multiply small integers (VNNI).
#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels/isa/isa.h"

#pragma clang attribute push(                                                               \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c"))), \
    apply_to = function)
namespace bun_asr::avx512vnni {
namespace {
#include "kernels/isa/avx512.h"

#include "kernels/isa/avx512vnni.h"
using Int8 = VnniInt8;
using Int16 = VnniInt16;

#include "kernels/bodies/kernels.inl"

#include "kernels/bodies/int16.inl"
}  // namespace
}  // namespace bun_asr::avx512vnni
#pragma clang attribute pop

namespace bun_asr {
extern constinit const Table avx512vnni_table = avx512vnni::make_table(
    "avx512vnni", cpu_has_avx512vnni, avx512vnni::int8_kernels, avx512vnni::int16_kernels);
}  // namespace bun_asr
#endif
