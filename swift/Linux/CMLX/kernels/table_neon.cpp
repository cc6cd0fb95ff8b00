// The NEON tables: with sdot (dot product instructions) and without.
#if defined(__aarch64__)
#include <cmath>
#include <cstdint>
#include <cstring>

#include <arm_neon.h>

#include "cpu.h"
#include "table.h"

namespace bun_asr::neon {
namespace {
#include "vec_neon.h"
#include "dot_neon.h"
#include "kernels.inl"
}  // namespace
}  // namespace bun_asr::neon

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
namespace bun_asr::neondot {
namespace {
#include "vec_neon.h"
#include "dot_neondot.h"
#include "weights.inl"
#include "integer.inl"
}  // namespace
}  // namespace bun_asr::neondot
#pragma clang attribute pop

namespace bun_asr {
extern constinit const Table neon_table = neon::make_table("neon", [] { return true; });
extern constinit const Table neondot_table =
    neon::make_table("neondot", cpu_has_neon_dot, neondot::integer_kernels);
}  // namespace bun_asr
#endif
