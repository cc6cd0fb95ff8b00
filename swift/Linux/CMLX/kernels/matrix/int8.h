// Products of quantized weights with activations rounded to integers, shared out to threads.
#pragma once

#include "kernels/table.h"

namespace bun_asr {

/// y[rows, outputs] = x W^T, then the epilogue. What a row gives depends neither on the rows beside
/// it nor on the number of threads.
void multiply_int8(const MatrixView& weights, const float* x, const Epilogue& epilogue, float* y,
                   size_t rows);

/// The same for `rows` <= max_band_rows rows of y from `first` on, whose activations are rounded
/// already: x [panels][rows].
void multiply_int8_band(const MatrixView& weights, const Int8Row* x, const Epilogue& epilogue,
                        float* y, size_t first, size_t rows);

}  // namespace bun_asr
