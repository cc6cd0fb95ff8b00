// Convolutions with weights of 8 bits and pictures rounded to bytes.
#pragma once

#include "kernels/table.h"

namespace bun_asr {

/// Channels as they are stored: whole panels, so that a panel belongs to one pixel.
constexpr size_t panel_channels(size_t channels) {
  return (channels + panel_inputs - 1) / panel_inputs * panel_inputs;
}

/// `weights` [out, kh * kw * panel_channels(in)]. Each pixel is rounded once, whatever the number
/// of places that it is multiplied at.
void convolve_int8(const MatrixView& weights, const Conv2d& shape, const float* x,
                   const Epilogue& epilogue, float* y);

}  // namespace bun_asr
