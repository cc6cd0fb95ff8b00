// The NEON table.
#if defined(__aarch64__)
#include <cmath>
#include <cstdint>
#include <cstring>

#include <arm_neon.h>

#include "table.h"

namespace bun_asr::neon {
namespace {
#include "vec_neon.h"
#include "kernels.inl"
}  // namespace
}  // namespace bun_asr::neon

namespace bun_asr {
extern constinit const Table neon_table = neon::make_table("neon", [] { return true; });
}  // namespace bun_asr
#endif
