// How far the pairs of a head are turned at each position (rotary embedding).
#pragma once

#include <cstddef>

namespace bun_asr {

/// Cosines and sines of the positions 0, 1, … below `positions`, [positions][dims / 2 cosines,
/// dims / 2 sines]: position p turns pair i by p * scale * base^(-2i/dims). Kept by the calling
/// thread, and valid until its next call: a decode step finds its position there.
const float* rotations(size_t positions, size_t dims, float base, float scale);

}  // namespace bun_asr
