#include "graph/concatenate.h"

#include <algorithm>

#include "graph/primitive.h"
#include "graph/stored.h"
#include "kernels/machine/threads.h"
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

/// Parts that lie in the result one after the other, and are computed there.
class Concatenate final : public Kernel {
 public:
  /// starts: where each part begins, in elements.
  Concatenate(Operands operands, std::vector<size_t> starts)
      : Kernel(std::move(operands), "Concatenate", Cost::substantial, nullptr),
        starts_(std::move(starts)) {}

 protected:
  // A thread takes whole parts where each then has as many: the attention of one sequence after the
  // other would wait for the last thread each time.
  void run(const Source* sources, void* output) const override {
    auto* to = static_cast<float*>(output);
    auto write = [&](size_t i, size_t end) {
      for (; i < end; i++) write_operand(sources, i, to + starts_[i]);
    };
    const size_t count = operand_count(), threads = bun_asr::thread_count();
    if (count % threads != 0 && count < 2 * threads) return write(0, count);
    bun_asr::parallel_for(count, 1, write);
  }

 private:
  std::vector<size_t> starts_;
};

mx::array joined(const mx::array* parts, size_t count, size_t axis) {
  mx::Shape shape = parts[0].shape();
  shape[axis] = 0;
  Kernel::Operands operands{};
  std::vector<size_t> starts;
  size_t size = 0;
  for (size_t i = 0; i < count; size += parts[i++].size()) {
    shape[axis] += parts[i].shape(static_cast<int>(axis));
    operands.add(parts[i]);
    starts.push_back(size);
  }
  return make_kernel<Concatenate>(std::move(shape), mx::float32, std::move(operands),
                                  std::move(starts));
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
