// The reference table: plain C++, any machine.
#include "kernels/isa/isa.h"

namespace bun_asr::scalar {
namespace {
#include "kernels/isa/scalar.h"

#include "kernels/bodies/kernels.inl"
}  // namespace
}  // namespace bun_asr::scalar

namespace bun_asr {
extern constinit const Table scalar_table = scalar::make_table("scalar", [] { return true; });
}  // namespace bun_asr
