// A CPU kernel as an MLX primitive: lazy like every MLX op, run in order on MLX's CPU stream.
#pragma once

#include <functional>
#include <vector>

#include "mlx/array.h"
#include "mlx/primitives.h"

namespace cmlx {

/// One op with one float32 output: `body` runs on the stream's thread once the inputs are there.
class Kernel : public mlx::core::Primitive {
 public:
  using Inputs = std::vector<mlx::core::array>;
  using Body = std::function<void(const Inputs& inputs, float* output)>;

  Kernel(const char* name, Body body);

  void eval_cpu(const Inputs& inputs, std::vector<mlx::core::array>& outputs) override;
  void eval_gpu(const Inputs& inputs, std::vector<mlx::core::array>& outputs) override;
  const char* name() const override { return name_; }

 private:
  const char* name_;
  Body body_;
};

/// The output of a new `Kernel`.
mlx::core::array kernel(const char* name, mlx::core::Shape shape, Kernel::Inputs inputs,
                        Kernel::Body body);

mlx::core::array float32(const mlx::core::array& x);

/// A strided input as contiguous floats: in place when it is, else gathered into `scratch`.
const float* contiguous(const mlx::core::array& x, std::vector<float>& scratch);

void require(bool holds, const char* what);

}  // namespace cmlx
