#include "graph/view.h"

#include <optional>
#include <string_view>
#include <utility>

#include "graph/primitive.h"
#include "mlx/primitives.h"

namespace mx = mlx::core;

namespace cmlx {
namespace {

/// Strides of the same values under another shape; nothing when only a copy could have that shape.
std::optional<mx::Strides> reshaped(const mx::Shape& from, const mx::Strides& strides,
                                    const mx::Shape& to) {
  mx::Strides result(to.size(), 0);
  size_t i = 0, j = 0;
  while (i < from.size() || j < to.size()) {
    // The shortest runs of axes on both sides that hold as many values.
    const size_t first = i, first_to = j;
    int64_t values = 1, values_to = 1;
    do {
      if (values <= values_to && i < from.size()) {
        values *= from[i++];
      } else if (j < to.size()) {
        values_to *= to[j++];
      } else {
        return std::nullopt;
      }
    } while (values != values_to);
    // Axes of length 1 that follow belong here: their strides do not matter.
    while (i < from.size() && from[i] == 1) i++;
    while (j < to.size() && to[j] == 1) j++;
    // Inside a run the axes must lie in each other without gaps.
    int64_t innermost = 1, expected = 0;
    for (size_t axis = i; axis-- > first;) {
      if (from[axis] == 1) continue;
      if (expected == 0) {
        innermost = strides[axis];
      } else if (strides[axis] != expected) {
        return std::nullopt;
      }
      expected = strides[axis] * from[axis];
    }
    int64_t stride = innermost;
    for (size_t axis = j; axis-- > first_to;) {
      result[axis] = stride;
      stride *= to[axis];
    }
  }
  return result;
}

/// The array itself.
Window whole(const mx::array& x) {
  View view{0, x.shape(), {}, false};
  if (!is_pending(x)) {
    view.strides = x.strides();
  } else if (dynamic_cast<const Kernel*>(&x.primitive())) {
    view.strides = row_major_strides(x.shape());  // as all kernels write
  } else {
    view.as_computed = true;
  }
  return {x, std::move(view)};
}

}  // namespace

bool is_pending(const mx::array& x) {
  return x.status() == mx::array::Status::unscheduled && x.has_primitive();
}

size_t Strided::size() const {
  size_t size = 1;
  for (auto length : shape) size *= static_cast<size_t>(length);
  return size;
}

int64_t Strided::stride(int axis) const {
  return strides[axis < 0 ? strides.size() + static_cast<size_t>(axis) : static_cast<size_t>(axis)];
}

bool Strided::row_major() const {
  int64_t expected = 1;
  for (size_t axis = shape.size(); axis-- > 0;) {
    if (shape[axis] != 1 && strides[axis] != expected) return false;
    expected *= shape[axis];
  }
  return true;
}

int64_t row_start(const mx::Shape& index, const mx::Strides& strides) {
  int64_t start = 0;
  for (size_t axis = 0; axis + 1 < index.size(); axis++) start += index[axis] * strides[axis];
  return start;
}

mx::Strides row_major_strides(const mx::Shape& shape) {
  mx::Strides strides(shape.size(), 1);
  for (size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

Window look_through(const mx::array& x) {
  if (!is_pending(x) || x.inputs().size() != 1) return whole(x);
  const mx::Primitive& primitive = x.primitive();
  // By name: libmlx keeps the type information of its ops to itself.
  const std::string_view name = primitive.name();
  const bool is_slice = name == "Slice", is_transpose = name == "Transpose";
  if (!is_slice && !is_transpose && name != "Reshape") return whole(x);

  Window inner = look_through(x.inputs()[0]);
  if (inner.view.as_computed) return whole(x);
  View view{inner.view.offset, x.shape(), inner.view.strides, false};
  if (is_slice) {
    const auto [start, stop, step] = static_cast<const mx::Slice&>(primitive).state();
    for (size_t axis = 0; axis < start.size(); axis++) {
      view.offset += static_cast<size_t>(start[axis] * view.strides[axis]);
      view.strides[axis] *= step[axis];
    }
  } else if (is_transpose) {
    const auto axes = static_cast<const mx::Transpose&>(primitive).state();
    for (size_t axis = 0; axis < axes.size(); axis++) {
      view.strides[axis] = inner.view.strides[static_cast<size_t>(axes[axis])];
    }
  } else {
    auto strides = reshaped(inner.view.shape, inner.view.strides, x.shape());
    if (!strides) return whole(x);
    view.strides = std::move(*strides);
  }
  return {inner.base, std::move(view)};
}

}  // namespace cmlx
