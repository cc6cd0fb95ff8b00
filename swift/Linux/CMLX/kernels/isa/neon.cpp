// The NEON tables: with sdot (dot product instructions) and without.
#if defined(__aarch64__)
#include <arm_neon.h>

#include "kernels/isa/isa.h"

namespace bun_asr::neon {
namespace {
#include "kernels/isa/neon.h"
using Int8 = WideningInt8;

#include "kernels/bodies/kernels.inl"
}  // namespace
}  // namespace bun_asr::neon

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
namespace bun_asr::neondot {
namespace {
#include "kernels/isa/neon.h"
using Int8 = DotInt8;

#include "kernels/bodies/int8.inl"
}  // namespace
}  // namespace bun_asr::neondot
#pragma clang attribute pop

namespace bun_asr {
extern constinit const Table neon_table = neon::make_table("neon", [] { return true; });
extern constinit const Table neondot_table =
    neon::make_table("neondot", cpu_has_neon_dot, neondot::int8_kernels);
}  // namespace bun_asr
#endif
