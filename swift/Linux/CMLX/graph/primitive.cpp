#include "graph/primitive.h"

#include <cstring>
#include <stdexcept>
#include <string>

#include "graph/kept_buffers.h"
#include "mlx/ops.h"
#include "mlx/stream.h"

namespace mx = mlx::core;

namespace cmlx {

void Kernel::Operands::add(const mx::array& array) {
  Window window = look_through(array);
  require(list_.size() < max_operands, "a kernel has too many operands");
  const size_t offset_bytes = window.view.offset * window.base.itemsize();
  Operand operand{std::move(window.view), offset_bytes, inputs.size(), nullptr};
  const Kernel* kernel = pending(window.base);
  if (kernel && kernel->cost_ == Cost::cheap && window.base.dtype() == mx::float32) {
    operand.inlined = std::static_pointer_cast<const Kernel>(window.base.primitive_ptr());
    operand.inlined_size = window.base.size();
    const auto& its = window.base.inputs();
    inputs.insert(inputs.end(), its.begin(), its.end());
  } else {
    inputs.push_back(window.base);
  }
  list_.push_back(std::move(operand));
}

void Kernel::Operands::add_whole(const mx::array& array) {
  require(list_.size() < max_operands, "a kernel has too many operands");
  list_.push_back({View{0, array.shape(), {}, true}, 0, inputs.size(), nullptr});
  inputs.push_back(array);
}

Kernel::Kernel(Operands operands, const char* name, Cost cost, Body body)
    : Primitive(mx::default_stream(mx::Device::cpu)),
      name_(name),
      cost_(cost),
      operands_(std::move(operands)),
      body_(std::move(body)) {
  operands_.inputs.clear();
}

const Kernel* Kernel::pending(const mx::array& y) {
  return is_pending(y) ? dynamic_cast<const Kernel*>(&y.primitive()) : nullptr;
}

void Kernel::allocate(const Inputs&, mx::array& output) { allocate_output(output); }

void Kernel::compute(mx::array& output) {
  const auto& inputs = output.inputs();
  allocate(inputs, output);
  std::vector<Source> sources;
  sources.reserve(inputs.size());
  for (auto& input : inputs) sources.push_back({input.data<char>(), input.strides()});
  run(sources.data(), output.data<char>());
}

// Should MLX come upon a kernel that `evaluate` has not run: what it reads may still be under way.
void Kernel::eval_cpu(const Inputs&, std::vector<mx::array>& outputs) {
  mx::synchronize(stream());
  compute(outputs[0]);
}

void Kernel::eval_gpu(const Inputs&, std::vector<mx::array>&) {
  throw std::runtime_error(std::string(name_) + " has no GPU form here");
}

void Kernel::run(const Source* sources, void* output) const {
  Strided operands[max_operands];
  run(sources, output, 0, operands);
}

Strided Kernel::in_place(const Operands::Operand& operand, const Source& source) {
  const View& view = operand.view;
  return {static_cast<const char*>(source.data) + operand.offset_bytes, view.shape,
          view.as_computed ? source.strides : view.strides};
}

void Kernel::write_operand(const Source* sources, size_t i, float* to) const {
  const auto& operand = operands_.list_[i];
  const View& view = operand.view;
  const Source& source = sources[operand.first_input];
  if (!operand.inlined) return gather(in_place(operand, source), to);
  const Strided whole{to, view.shape, view.strides};
  if (whole.size() == operand.inlined_size && whole.row_major()) {
    return operand.inlined->run(&source, to);
  }
  Temporary memory;
  float* values = memory.reserve(operand.inlined_size);
  operand.inlined->run(&source, values);
  gather({values + view.offset, view.shape, view.strides}, to);
}

// One operand a call, so that what is inlined has memory until the body has run.
void Kernel::run(const Source* sources, void* output, size_t i, Strided* operands) const {
  if (i == operands_.list_.size()) return body_(operands, output);
  const auto& operand = operands_.list_[i];
  const Source& source = sources[operand.first_input];
  if (operand.inlined) {
    Temporary memory;
    float* values = memory.reserve(operand.inlined_size);
    operand.inlined->run(&source, values);
    const View& view = operand.view;
    operands[i] = {values + view.offset, view.shape, view.strides};
    return run(sources, output, i + 1, operands);
  }
  operands[i] = in_place(operand, source);
  run(sources, output, i + 1, operands);
}

mx::array kernel(const char* name, Kernel::Cost cost, mx::Shape shape, Kernel::Operands operands,
                 Kernel::Body body, mx::Dtype type) {
  return make_kernel<Kernel>(std::move(shape), type, std::move(operands), name, cost,
                             std::move(body));
}

mx::array float32(const mx::array& x) {
  return x.dtype() == mx::float32 ? x : mx::astype(x, mx::float32);
}

template <class T>
void gather(const Strided& x, T* to) {
  const T* values = static_cast<const T*>(x.data);
  if (x.row_major()) {
    std::memcpy(to, values, x.size() * sizeof(T));
    return;
  }
  const auto width = static_cast<size_t>(x.shape.back());
  const int64_t step = x.strides.back();
  for_each_row(x.shape, [&](const mx::Shape& index) {
    const T* from = values + row_start(index, x.strides);
    if (step == 1) {
      std::memcpy(to, from, width * sizeof(T));
    } else {
      for (size_t i = 0; i < width; i++) to[i] = from[static_cast<int64_t>(i) * step];
    }
    to += width;
  });
}

template void gather(const Strided&, float*);
template void gather(const Strided&, uint16_t*);

const float* contiguous(const Strided& x, Temporary& memory) {
  if (x.row_major()) return x.floats();
  float* values = memory.reserve(x.size());
  gather(x, values);
  return values;
}

void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument(what);
}

}  // namespace cmlx
