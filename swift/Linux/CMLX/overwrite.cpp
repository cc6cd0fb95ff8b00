#include "overwrite.h"

#include <cstring>

#include "mlx/allocator.h"

namespace mx = mlx::core;

namespace cmlx {
namespace {

/// Copies `from` to the window with these strides, row by row.
void scatter(const Strided& from, float* to, const mx::Strides& strides) {
  const size_t last = from.shape.size() - 1;
  const auto width = static_cast<size_t>(from.shape[last]);
  const size_t rows = from.size() / width;
  mx::Shape index(from.shape.size(), 0);
  for (size_t row = 0; row < rows; row++) {
    int64_t source = 0, target = 0;
    for (size_t axis = 0; axis < last; axis++) {
      source += index[axis] * from.strides[axis];
      target += index[axis] * strides[axis];
    }
    const int64_t step = from.strides[last];
    if (step == 1) {
      std::memcpy(to + target, from.floats() + source, width * sizeof(float));
    } else {
      for (size_t i = 0; i < width; i++) {
        to[target + static_cast<int64_t>(i)] =
            from.floats()[source + static_cast<int64_t>(i) * step];
      }
    }
    for (size_t axis = last; axis-- > 0 && ++index[axis] == from.shape[axis];) index[axis] = 0;
  }
}

/// The operands are the update and x, in this order: the update may be computed in here.
class Overwrite final : public Kernel {
 public:
  Overwrite(const Operands& operands, const mx::Shape& shape, const mx::Shape& start)
      : Kernel("Overwrite", Cost::substantial, operands, write(shape, start)) {}

 protected:
  // x is the last input. Its buffer is taken over when this is its only owner.
  void allocate(const Inputs& inputs, mx::array& output) override {
    const mx::array& x = inputs.back();
    if (x.is_donatable() && x.flags().row_contiguous) return output.copy_shared_buffer(x);
    output.set_data(mx::allocator::malloc(output.nbytes()));
    gather({x.data<char>(), x.shape(), x.strides()}, output.data<float>());
  }

 private:
  static Body write(const mx::Shape& shape, const mx::Shape& start) {
    const mx::Strides strides = row_major_strides(shape);
    int64_t offset = 0;
    for (size_t axis = 0; axis < start.size(); axis++) offset += start[axis] * strides[axis];
    return [strides, offset](const Strided* operands, void* output) {
      scatter(operands[0], static_cast<float*>(output) + offset, strides);
    };
  }
};

}  // namespace

mx::array overwrite(const mx::array& x, const mx::array& update, const mx::Shape& start) {
  Kernel::Operands operands{update};
  operands.add_whole(x);
  auto primitive = std::make_shared<Overwrite>(operands, x.shape(), start);
  return mx::array(x.shape(), mx::float32, std::move(primitive), std::move(operands.inputs));
}

}  // namespace cmlx
