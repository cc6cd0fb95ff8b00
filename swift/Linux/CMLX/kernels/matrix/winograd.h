// Convolutions of 3 x 3 and stride 2 by Winograd's products, of rounded factors.
#pragma once

#include <memory>

#include "kernels/kernels.h"

namespace bun_asr {

/// Whether such weights are multiplied faster in this form by the table in use.
bool gains_by_winograd(const Conv2d& shape);

/// Weights [out, 3 * 3 * in] for that form, rounded as PackedMatrix::dense rounds with
/// Arithmetic::fast; nullptr when there is no memory.
///
/// Stride 2 parts the picture into four by even and odd lines and columns: the kernel has 2 x 2, 2,
/// 2 and 1 taps there, all of stride 1. Two results of two taps take three products in place of
/// four (Winograd's F(2, 2)):
///   y0 = x0 g0 + x1 g1 = (x0 - x1) g0 + x1 (g0 + g1)
///   y1 = x1 g0 + x2 g1 =                x1 (g0 + g1) + (x2 - x1) g1
/// So 2 x 2 pixels of the result, which see 5 x 5 of the picture, take 9 + 6 + 6 + 4 = 25 products
/// a channel in place of 36. The nine of 2 x 2 taps are sums [a][c] of their own, of which a pixel
/// is the sum of four neighbours; whatever else belongs to one pixel alone, or to two, joins those
/// that only these read, as further inputs. Sums and differences are rounded after they are made.
std::shared_ptr<const PackedMatrix> winograd(const WeightRows& weights, Storage storage,
                                             const Conv2d& shape);

}  // namespace bun_asr
