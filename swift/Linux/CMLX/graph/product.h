// Products with packed weights as MLX primitives, and what they take over from their readers.
//
// MLX is lazy: when gelu(y) or x + y is built, y is as a rule the not yet computed output of a
// product. Then a product that ends with this step takes its place and reads what y would have
// read, so that results are finished while they lie in the cache and y never exists. Should
// something else read y as well, the product is computed twice: a waste, never an error.
#pragma once

#include <memory>
#include <optional>

#include "graph/primitive.h"
#include "kernels/kernels.h"

namespace cmlx {

class Product final : public Kernel {
 public:
  /// What follows the sums, in this order. The operands are x, then the bias and the residual where
  /// there is one.
  struct Epilogue {
    bool bias = false, gelu = false, residual = false;
  };

  /// x [..., inputs] times the transposed matrix, or, with `convolution`, its patches.
  Product(Operands operands, std::shared_ptr<const bun_asr::PackedMatrix> matrix,
          std::optional<bun_asr::Conv2d> convolution, Epilogue epilogue);

  /// The output of a new one.
  static mlx::core::array make(std::shared_ptr<const bun_asr::PackedMatrix> matrix,
                               std::optional<bun_asr::Conv2d> convolution, Epilogue epilogue,
                               mlx::core::Shape shape, Operands operands);

  /// gelu(y), when y is a product that has not been computed and can end with it.
  static std::optional<mlx::core::array> with_gelu(const mlx::core::array& y);

  /// y + residual, likewise.
  static std::optional<mlx::core::array> with_residual(const mlx::core::array& y,
                                                       const mlx::core::array& residual);

 private:
  /// The product that will compute y; nullptr when y is something else, or computed.
  static const Product* pending(const mlx::core::array& y);

  std::shared_ptr<const bun_asr::PackedMatrix> matrix_;
  std::optional<bun_asr::Conv2d> convolution_;
  Epilogue epilogue_;
};

}  // namespace cmlx
