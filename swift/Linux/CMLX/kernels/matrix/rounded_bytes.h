// Float weights rounded to codes of 8 bits, for tables that multiply those faster.
#pragma once

#include <memory>

#include "kernels/matrix/packed.h"

namespace bun_asr {

/// Whether the table in use multiplies rows of so many inputs faster then.
bool gains_by_bytes(size_t inputs);

/// Weights [outputs, taps * channels] as codes8 with a scale and a bias for each 64 of the inputs,
/// in float32, so that codes are all that is rounded: to within 1/510 of what the 64 span. Each tap
/// has `room` inputs, a multiple of 64; those beyond its channels are zero. nullptr when there is
/// no memory.
std::shared_ptr<const Packed> rounded_to_bytes(const WeightRows& weights, Storage storage,
                                               size_t outputs, size_t taps, size_t channels,
                                               size_t room);

}  // namespace bun_asr
