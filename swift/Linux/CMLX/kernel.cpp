#include "kernel.h"

#include <cstring>
#include <stdexcept>
#include <string>

#include "mlx/allocator.h"
#include "mlx/backend/cpu/encoder.h"
#include "mlx/ops.h"

namespace mx = mlx::core;

namespace cmlx {

Kernel::Kernel(const char* name, Body body)
    : Primitive(mx::default_stream(mx::Device::cpu)), name_(name), body_(std::move(body)) {}

void Kernel::eval_cpu(const Inputs& inputs, std::vector<mx::array>& outputs) {
  auto& output = outputs[0];
  output.set_data(mx::allocator::malloc(output.nbytes()));
  // MLX keeps the buffers of the inputs until the task has run, so weak copies do: a strong one
  // would stop a later slice update from writing in place.
  Inputs weak;
  weak.reserve(inputs.size());
  for (auto& input : inputs) weak.push_back(mx::array::unsafe_weak_copy(input));
  mx::cpu::get_command_encoder(stream()).dispatch(
      [weak = std::move(weak), out = output.data<float>(), body = body_]() { body(weak, out); });
}

void Kernel::eval_gpu(const Inputs&, std::vector<mx::array>&) {
  throw std::runtime_error(std::string(name_) + " has no GPU form here");
}

mx::array kernel(const char* name, mx::Shape shape, Kernel::Inputs inputs, Kernel::Body body) {
  return mx::array(std::move(shape), mx::float32, std::make_shared<Kernel>(name, std::move(body)),
                   std::move(inputs));
}

mx::array float32(const mx::array& x) {
  return x.dtype() == mx::float32 ? x : mx::astype(x, mx::float32);
}

// Row-major, whatever the strides of axes of length 1 say.
static bool row_major(const mx::array& x) {
  int64_t expected = 1;
  for (int axis = static_cast<int>(x.ndim()) - 1; axis >= 0; axis--) {
    if (x.shape(axis) != 1 && x.strides(axis) != expected) return false;
    expected *= x.shape(axis);
  }
  return true;
}

const float* contiguous(const mx::array& x, std::vector<float>& scratch) {
  if (row_major(x)) return x.data<float>();
  scratch.resize(x.size());
  const int last = static_cast<int>(x.ndim()) - 1;
  const size_t width = x.shape(last);
  const int64_t stride = x.strides(last);
  std::vector<int> index(x.ndim(), 0);
  for (size_t row = 0; row * width < x.size(); row++) {
    int64_t start = 0;
    for (int axis = 0; axis < last; axis++) start += index[axis] * x.strides(axis);
    const float* from = x.data<float>() + start;
    float* to = scratch.data() + row * width;
    if (stride == 1)
      std::memcpy(to, from, width * sizeof(float));
    else
      for (size_t i = 0; i < width; i++) to[i] = from[static_cast<int64_t>(i) * stride];
    for (int axis = last - 1; axis >= 0 && ++index[axis] == x.shape(axis); axis--) index[axis] = 0;
  }
  return scratch.data();
}

void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(what);
}

}  // namespace cmlx
