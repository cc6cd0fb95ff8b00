// Products of quantized weights with activations as a sum of two rounded terms.
#pragma once

#include "kernels/table.h"

namespace bun_asr {

/// Like `multiply_int8`, but x is split into what rounding to bytes leaves and the rest, which
/// is rounded, too: 16 bits in place of 8, for twice as many products. With few rows reading the
/// weights takes longest, and they are read once.
void multiply_int8x2(const MatrixView& weights, const float* x, const Epilogue& epilogue, float* y,
                     size_t rows);

}  // namespace bun_asr
