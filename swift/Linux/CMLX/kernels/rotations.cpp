#include "kernels/rotations.h"

#include <cmath>
#include <vector>

namespace bun_asr {
namespace {

/// Those of one kind, made longer when a longer sequence comes.
class Rotations {
 public:
  const float* upto(size_t positions, size_t dims, float base, float scale) {
    if (dims != dims_ || base != base_ || scale != scale_) {
      dims_ = dims;
      base_ = base;
      scale_ = scale;
      made_ = 0;
    }
    if (positions > made_) {
      const size_t wanted = (positions + 511) / 512 * 512;
      values_.resize(wanted * dims);
      for (; made_ < wanted; made_++) make(made_);
    }
    return values_.data();
  }

 private:
  // Angles in float, as the reference model computes them: frequency rounded, then multiplied.
  void make(size_t position) {
    const size_t half = dims_ / 2;
    float* rotation = values_.data() + position * dims_;
    for (size_t i = 0; i < half; i++) {
      const float frequency =
          static_cast<float>(std::pow(double(base_), -2.0 * double(i) / double(dims_)));
      const float angle = float(position) * scale_ * frequency;
      rotation[i] = std::cos(angle);
      rotation[half + i] = std::sin(angle);
    }
  }

  size_t dims_ = 0, made_ = 0;
  float base_ = 0, scale_ = 0;
  std::vector<float> values_;
};

}  // namespace

const float* rotations(size_t positions, size_t dims, float base, float scale) {
  thread_local Rotations kept;
  return kept.upto(positions, dims, base, scale);
}

}  // namespace bun_asr
