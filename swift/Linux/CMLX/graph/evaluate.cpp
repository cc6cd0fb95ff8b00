#include "graph/evaluate.h"

#include "graph/file_reader.h"
#include "graph/primitive.h"
#include "mlx/transforms.h"

namespace mx = mlx::core;

namespace cmlx {
namespace {

/// Runs every kernel that `x` depends on, so that only ops of MLX are left to do for it. What a
/// kernel reads must be there as a whole.
void run_kernels(const mx::array& x) {
  if (!is_pending(x)) return;
  const bool is_kernel = Kernel::pending(x) != nullptr;
  for (const mx::array& input : x.inputs()) {
    run_kernels(input);
    if (is_kernel && is_pending(input)) mx::eval(input);
  }
  if (!is_kernel) return;
  mx::array output = x;
  static_cast<Kernel&>(x.primitive()).compute(output);
  output.detach();
  output.set_status(mx::array::Status::available);
}

}  // namespace

void evaluate(const std::vector<mx::array>& arrays) {
  for (const mx::array& x : arrays) run_kernels(x);
  std::vector<mx::array> left;
  for (const mx::array& x : arrays) {
    if (!x.is_available()) left.push_back(x);
  }
  if (!left.empty()) mx::eval(left);
  throw_read_failure();
}

}  // namespace cmlx
