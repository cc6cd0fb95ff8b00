// Float weights rounded to int16, for tables that multiply those faster; int16.inl says how exact
// that is.
#pragma once

#include <memory>

#include "packed.h"

namespace bun_asr {

/// `dense` itself where the table in use gains nothing by it.
std::shared_ptr<const Packed> rounded_to_int16(std::shared_ptr<const Packed> dense);

}  // namespace bun_asr
