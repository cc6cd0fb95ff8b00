#include "graph/product.h"

namespace mx = mlx::core;
using bun_asr::Conv2d;
using bun_asr::PackedMatrix;

namespace cmlx {
namespace {

Kernel::Body product_body(std::shared_ptr<const PackedMatrix> matrix,
                          std::optional<Conv2d> convolution, Product::Epilogue epilogue) {
  return [=](const Strided* operands, void* output) {
    Temporary memory[3];
    size_t next = 1;
    auto take = [&](bool present) -> const float* {
      if (!present) return nullptr;
      const size_t i = next++;
      return contiguous(operands[i], memory[i]);
    };
    bun_asr::Epilogue call;
    call.bias = take(epilogue.bias);
    call.gelu = epilogue.gelu;
    call.residual = take(epilogue.residual);
    const float* x = contiguous(operands[0], memory[0]);
    auto* out = static_cast<float*>(output);
    if (convolution) return matrix->convolve(*convolution, x, call, out);
    matrix->multiply(x, call, out, operands[0].size() / matrix->inputs);
  };
}

}  // namespace

Product::Product(Operands operands, std::shared_ptr<const PackedMatrix> matrix,
                 std::optional<Conv2d> convolution, Epilogue epilogue)
    : Kernel(std::move(operands), convolution ? "PackedConvolve" : "PackedMultiply",
             Cost::substantial, product_body(matrix, convolution, epilogue)),
      matrix_(std::move(matrix)),
      convolution_(convolution),
      epilogue_(epilogue) {}

const Product* Product::pending(const mx::array& y) {
  return dynamic_cast<const Product*>(Kernel::pending(y));
}

mx::array Product::make(std::shared_ptr<const PackedMatrix> matrix,
                        std::optional<Conv2d> convolution, Epilogue epilogue, mx::Shape shape,
                        Operands operands) {
  return make_kernel<Product>(std::move(shape), mx::float32, std::move(operands), std::move(matrix),
                              convolution, epilogue);
}

std::optional<mx::array> Product::with_gelu(const mx::array& y) {
  const Product* product = pending(y);
  if (!product || product->epilogue_.gelu || product->epilogue_.residual) return std::nullopt;
  Epilogue epilogue = product->epilogue_;
  epilogue.gelu = true;
  return make(product->matrix_, product->convolution_, epilogue, y.shape(),
              Operands(*product, y.inputs()));
}

std::optional<mx::array> Product::with_residual(const mx::array& y, const mx::array& residual) {
  const Product* product = pending(y);
  if (!product || product->epilogue_.residual) return std::nullopt;
  if (residual.dtype() != mx::float32 || residual.shape() != y.shape()) return std::nullopt;
  Epilogue epilogue = product->epilogue_;
  epilogue.residual = true;
  Operands operands(*product, y.inputs());
  operands.add(residual);
  return make(product->matrix_, product->convolution_, epilogue, y.shape(), std::move(operands));
}

}  // namespace cmlx
