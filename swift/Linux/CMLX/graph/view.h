// Arrays that are windows on others.
//
// A slice, transpose or reshape computes nothing, but as an MLX op it costs as much as a small
// kernel. Kernels take strides, so they look through such ops at what is computed, and the ops are
// never run.
#pragma once

#include "mlx/array.h"

namespace cmlx {

/// An operand as a kernel finds it. Strides are in elements.
struct Strided {
  const void* data;
  mlx::core::Shape shape;
  mlx::core::Strides strides;

  const float* floats() const { return static_cast<const float*>(data); }
  size_t size() const;
  int64_t stride(int axis) const;
  /// Whether the values lie in a row, whatever the strides of axes of length 1 say.
  bool row_major() const;
};

/// Where in its base a window lies.
struct View {
  size_t offset = 0;
  mlx::core::Shape shape;
  mlx::core::Strides strides;
  /// The base is an op of MLX, whose strides are known only once it has run, and all of it is seen.
  bool as_computed = false;
};

/// What has to be computed for an array, and where its values lie in that.
struct Window {
  mlx::core::array base;
  View view;
};

Window look_through(const mlx::core::array& x);

/// Whether the op that makes `x` has not run.
bool is_pending(const mlx::core::array& x);

/// Where the row at `index` begins, in elements. Rows are runs of the last axis.
int64_t row_start(const mlx::core::Shape& index, const mlx::core::Strides& strides);

/// Calls `visit` with the index of each row, in row-major order; the last axis of an index is 0.
template <class Visit>
void for_each_row(const mlx::core::Shape& shape, const Visit& visit) {
  const size_t last = shape.size() - 1;
  size_t rows = 1;
  for (size_t axis = 0; axis < last; axis++) rows *= static_cast<size_t>(shape[axis]);
  mlx::core::Shape index(shape.size(), 0);
  for (; rows > 0; rows--) {
    visit(index);
    for (size_t axis = last; axis-- > 0 && ++index[axis] == shape[axis];) index[axis] = 0;
  }
}

mlx::core::Strides row_major_strides(const mlx::core::Shape& shape);

}  // namespace cmlx
