#include "kernels/matrix/int8_convolution.h"

#include <algorithm>

#include "kernels/machine/scratch.h"
#include "kernels/machine/threads.h"
#include "kernels/matrix/int8.h"

namespace bun_asr {
namespace {

/// A picture of rounded pixels, and one of zeros for what lies outside.
class Pixels {
 public:
  Pixels(const MatrixView& weights, const Conv2d& shape)
      : shape_(shape), pixel_(weights), panels_(panel_channels(shape.in) / panel_inputs) {
    pixel_.inputs = panels_ * panel_inputs;
  }

  size_t panels() const { return panels_; }

  /// All pixels of x, into memory of this thread that the next picture takes over.
  void round(const float* x) {
    thread_local Scratch<Int8Row> memory;
    const size_t pixels = shape_.batch * shape_.height * shape_.width;
    Int8Row* to = memory.reserve((pixels + 1) * panels_);
    parallel_for(pixels + 1, 64, [&](size_t i, size_t end) {
      thread_local Scratch<float> filled;
      float* values = filled.reserve(pixel_.inputs);
      std::fill(values + shape_.in, values + pixel_.inputs, 0.0f);
      for (; i < end; i++) {
        if (i == pixels) {
          std::fill_n(values, shape_.in, 0.0f);
        } else {
          std::copy_n(x + i * shape_.in, shape_.in, values);
        }
        table().int8.quantize(pixel_, values, to + i * panels_, 1);
      }
    });
    rounded_ = to;
    outside_ = to + pixels * panels_;
  }

  /// The panels of what lies under tap `tap` of the output pixel `row`.
  const Int8Row* under(size_t row, size_t tap) const {
    const size_t width = shape_.out_width(), area = shape_.out_height() * width;
    const size_t image = row / area, place = row % area;
    const size_t h = place / width * shape_.stride_h + tap / shape_.kw;
    const size_t w = place % width * shape_.stride_w + tap % shape_.kw;
    // Below the padding the differences wrap around to what is outside, too.
    const size_t line = h - shape_.pad_h, column = w - shape_.pad_w;
    if (line >= shape_.height || column >= shape_.width) return outside_;
    return rounded_ + ((image * shape_.height + line) * shape_.width + column) * panels_;
  }

 private:
  const Conv2d& shape_;
  MatrixView pixel_;
  size_t panels_;
  const Int8Row* rounded_ = nullptr;
  const Int8Row* outside_ = nullptr;
};

}  // namespace

void convolve_int8(const MatrixView& weights, const Conv2d& shape, const float* x,
                   const Epilogue& epilogue, float* y) {
  Pixels pixels(weights, shape);
  pixels.round(x);
  const size_t rows = shape.batch * shape.out_height() * shape.out_width();
  const size_t taps = shape.kh * shape.kw;
  thread_local Scratch<Int8Row> memory;
  for (size_t first = 0; first < rows; first += max_band_rows) {
    const size_t here = std::min(max_band_rows, rows - first);
    Int8Row* band = memory.reserve(taps * pixels.panels() * here);
    parallel_for(here, 8, [&](size_t r, size_t end) {
      for (; r < end; r++) {
        for (size_t tap = 0; tap < taps; tap++) {
          const Int8Row* from = pixels.under(first + r, tap);
          for (size_t p = 0; p < pixels.panels(); p++) {
            band[(tap * pixels.panels() + p) * here + r] = from[p];
          }
        }
      }
    });
    multiply_int8_band(weights, band, epilogue, y, first, here);
  }
}

}  // namespace bun_asr
