// The AVX2 tables: with vpdpbusd (AVX-VNNI) and without.
#if defined(__x86_64__)
#include <immintrin.h>

#include "kernels/isa/isa.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
namespace bun_asr::avx2 {
namespace {
#include "kernels/isa/avx2.h"
using Int8 = PairInt8;
using Int16 = PairInt16;

#include "kernels/bodies/kernels.inl"

#include "kernels/bodies/int16.inl"
}  // namespace
}  // namespace bun_asr::avx2
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avxvnni,avx2,fma,f16c"))), apply_to = function)
namespace bun_asr::avxvnni {
namespace {
#include "kernels/isa/avx2.h"
using Int8 = VnniInt8;

#include "kernels/bodies/int8.inl"
}  // namespace
}  // namespace bun_asr::avxvnni
#pragma clang attribute pop

namespace bun_asr {
extern constinit const Table avx2_table =
    avx2::make_table("avx2", cpu_has_avx2, avx2::int8_kernels, avx2::int16_kernels);
extern constinit const Table avxvnni_table =
    avx2::make_table("avxvnni", cpu_has_avxvnni, avxvnni::int8_kernels);
}  // namespace bun_asr
#endif
