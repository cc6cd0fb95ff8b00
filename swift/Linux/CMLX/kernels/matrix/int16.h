// Float weights rounded to int16, for tables that multiply those faster; int16.inl says how exact
// that is.
#pragma once

#include <memory>

#include "kernels/matrix/packed.h"

namespace bun_asr {

/// Whether the table in use multiplies rows of so many inputs faster then.
bool gains_by_int16(size_t inputs);

/// nullptr when there is no memory.
std::shared_ptr<const Packed> rounded_to_int16(const MatrixView& dense);

}  // namespace bun_asr
