#include "cmlx_reference.h"

#include "c/handles.h"
#include "mlx/ops.h"

namespace mx = mlx::core;
using cmlx::make;

cmlx_array cmlx_subtract(cmlx_array a, cmlx_array b) {
  return make([&] { return mx::subtract(a->value, b->value); });
}

cmlx_array cmlx_equal(cmlx_array a, cmlx_array b) {
  return make([&] { return mx::equal(a->value, b->value); });
}

cmlx_array cmlx_greater_equal(cmlx_array a, cmlx_array b) {
  return make([&] { return mx::greater_equal(a->value, b->value); });
}

cmlx_array cmlx_matmul(cmlx_array a, cmlx_array b) {
  return make([&] { return mx::matmul(a->value, b->value); });
}

cmlx_array cmlx_repeat(cmlx_array x, int32_t count, int32_t axis) {
  return make([&] { return mx::repeat(x->value, count, axis); });
}
