#include "graph/concatenate.h"

#include <algorithm>

#include "graph/primitive.h"
#include "graph/stored.h"
#include "mlx/ops.h"

namespace mx = mlx::core;

namespace cmlx {
namespace {

/// Whether the parts lie in the result one after the other: floats, nothing but 1 before the axis.
bool are_stacked(const std::vector<mx::array>& parts, size_t axis) {
  const mx::Shape& first = parts[0].shape();
  if (axis >= first.size()) return false;
  return std::all_of(parts.begin(), parts.end(), [&](const mx::array& part) {
    mx::Shape shape = part.shape();
    if (part.dtype() != mx::float32 || shape.size() != first.size() || part.size() == 0) {
      return false;
    }
    shape[axis] = first[axis];
    const auto end = shape.begin() + static_cast<std::ptrdiff_t>(axis);
    return shape == first && std::all_of(shape.begin(), end, [](int n) { return n == 1; });
  });
}

mx::array joined(const mx::array* parts, size_t count, size_t axis) {
  mx::Shape shape = parts[0].shape();
  shape[axis] = 0;
  Kernel::Operands operands{};
  for (size_t i = 0; i < count; i++) {
    shape[axis] += parts[i].shape(static_cast<int>(axis));
    operands.add(parts[i]);
  }
  return kernel("Concatenate", Kernel::Cost::substantial, std::move(shape), std::move(operands),
                [count](const Strided* operands, void* output) {
                  auto* to = static_cast<float*>(output);
                  for (size_t i = 0; i < count; to += operands[i++].size()) {
                    gather(operands[i], to);
                  }
                });
}

}  // namespace

mx::array concatenate(const std::vector<mx::array>& parts, int axis) {
  // Parts in files are packed from there, and seldom computed.
  if (parts.empty() || axis < 0 || Stored::pending(parts[0]) ||
      !are_stacked(parts, static_cast<size_t>(axis))) {
    return mx::concatenate(parts, axis);
  }
  if (parts.size() == 1) return parts[0];
  // In groups of what a kernel takes, then the groups.
  std::vector<mx::array> groups;
  for (size_t first = 0; first < parts.size(); first += Kernel::max_operands) {
    const size_t count = std::min(Kernel::max_operands, parts.size() - first);
    groups.push_back(joined(&parts[first], count, static_cast<size_t>(axis)));
  }
  return cmlx::concatenate(groups, axis);
}

}  // namespace cmlx
