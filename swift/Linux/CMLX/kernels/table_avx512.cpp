// The AVX-512 tables: with vpdpbusd (VNNI), and without it for the processors before.
#if defined(__x86_64__)
#include <cmath>
#include <cstdint>
#include <cstring>

#include <immintrin.h>

#include "cpu.h"
#include "table.h"

#pragma clang attribute push(                                                    \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), \
    apply_to = function)
namespace bun_asr::avx512 {
namespace {
#include "vec_avx512.h"
#include "dot_avx512.h"
#include "kernels.inl"
}  // namespace
}  // namespace bun_asr::avx512
#pragma clang attribute pop

#pragma clang attribute push(                                                               \
    __attribute__((target("avx512vnni,avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c"))), \
    apply_to = function)
namespace bun_asr::avx512vnni {
namespace {
#include "vec_avx512.h"
#include "dot_avx512vnni.h"
#include "weights.inl"
#include "integer.inl"
}  // namespace
}  // namespace bun_asr::avx512vnni
#pragma clang attribute pop

namespace bun_asr {
extern constinit const Table avx512_table = avx512::make_table("avx512", cpu_has_avx512);
extern constinit const Table avx512vnni_table =
    avx512::make_table("avx512vnni", cpu_has_avx512vnni, avx512vnni::integer_kernels);
}  // namespace bun_asr
#endif
