// Plain MLX ops behind C.
#include "mlx/ops.h"
#include "c/handles.h"
#include "graph/concatenate.h"
#include "graph/gated.h"
#include "graph/overwrite.h"
#include "graph/product.h"

namespace mx = mlx::core;
using cmlx::make;

cmlx_array cmlx_reshape(cmlx_array x, const int32_t* shape, size_t dimensions) {
  return make([&] { return mx::reshape(x->value, cmlx::shape(shape, dimensions)); });
}

cmlx_array cmlx_transpose(cmlx_array x, const int32_t* axes, size_t dimensions) {
  return make([&] { return mx::transpose(x->value, std::vector<int>(axes, axes + dimensions)); });
}

cmlx_array cmlx_slice(cmlx_array x, const int32_t* start, const int32_t* stop, size_t dimensions) {
  return make([&] {
    return mx::slice(x->value, cmlx::shape(start, dimensions), cmlx::shape(stop, dimensions));
  });
}

cmlx_array cmlx_slice_update(cmlx_array x, cmlx_array update, const int32_t* start,
                             const int32_t* stop, size_t dimensions) {
  return make([&] {
    const auto first = cmlx::shape(start, dimensions);
    if (cmlx::can_overwrite(x->value, update->value)) {
      mx::Shape window(first.size());
      for (size_t axis = 0; axis < dimensions; axis++) window[axis] = stop[axis] - start[axis];
      return cmlx::overwrite(x->value, mx::broadcast_to(update->value, window), first);
    }
    return mx::slice_update(x->value, update->value, first, cmlx::shape(stop, dimensions));
  });
}

cmlx_array cmlx_concatenate(const cmlx_array* arrays, size_t count, int32_t axis) {
  return make([&] { return cmlx::concatenate(cmlx::arrays(arrays, count), axis); });
}

cmlx_array cmlx_pad(cmlx_array x, const int32_t* low, const int32_t* high, size_t dimensions) {
  return make([&] {
    std::vector<std::pair<int, int>> widths;
    for (size_t axis = 0; axis < dimensions; axis++) widths.emplace_back(low[axis], high[axis]);
    return mx::pad(x->value, widths, mx::array(0, x->value.dtype()));
  });
}

cmlx_array cmlx_add(cmlx_array a, cmlx_array b) {
  return make([&] {
    // The right one first: x + f(x), where f ends with a product.
    auto sum = cmlx::Product::with_residual(b->value, a->value);
    if (!sum) sum = cmlx::Product::with_residual(a->value, b->value);
    return sum ? *sum : mx::add(a->value, b->value);
  });
}

cmlx_array cmlx_multiply(cmlx_array a, cmlx_array b) {
  return make([&] {
    const auto gated = cmlx::gated(a->value, b->value);
    return gated ? *gated : mx::multiply(a->value, b->value);
  });
}

int cmlx_quantize(cmlx_array x, int32_t group, int32_t bits, cmlx_array parts[3]) {
  return cmlx::guarded(-1, [&] {
    const auto found = mx::quantize(x->value, group, bits);
    for (size_t i = 0; i < 3; i++) parts[i] = cmlx::wrap(found.at(i));
    return 0;
  });
}

cmlx_array cmlx_softmax(cmlx_array x) {
  return make([&] { return mx::softmax(x->value, -1); });
}

cmlx_array cmlx_take_along(cmlx_array x, cmlx_array indices) {
  return make([&] { return mx::take_along_axis(x->value, indices->value, -1); });
}
