// Weights packed for the CPU kernels, and the products with them.
#include "graph/product.h"

#include <algorithm>
#include <stdexcept>

#include "graph/evaluate.h"
#include "c/handles.h"
#include "mlx/ops.h"

namespace mx = mlx::core;
using bun_asr::Arithmetic;
using bun_asr::Conv2d;
using bun_asr::PackedMatrix;
using bun_asr::Storage;
using cmlx::contiguous;
using cmlx::float32;
using cmlx::kernel;
using cmlx::Kernel;
using cmlx::make;
using cmlx::Product;
using cmlx::require;
using cmlx::Strided;
using cmlx::Temporary;

namespace cmlx {
namespace {

Kernel::Body product_body(std::shared_ptr<const PackedMatrix> matrix,
                          std::optional<Conv2d> convolution, Product::Ending ending) {
  return [=](const Strided* operands, void* output) {
    Temporary memory[3];
    size_t next = 1;
    auto take = [&](bool present) -> const float* {
      if (!present) return nullptr;
      const size_t i = next++;
      return contiguous(operands[i], memory[i]);
    };
    bun_asr::Epilogue then;
    then.bias = take(ending.bias);
    then.gelu = ending.gelu;
    then.residual = take(ending.residual);
    const float* x = contiguous(operands[0], memory[0]);
    auto* out = static_cast<float*>(output);
    if (convolution) return matrix->convolve(*convolution, x, then, out);
    matrix->multiply(x, then, out, operands[0].size() / matrix->inputs);
  };
}

}  // namespace

Product::Product(Operands operands, std::shared_ptr<const PackedMatrix> matrix,
                 std::optional<Conv2d> convolution, Ending ending)
    : Kernel(std::move(operands), convolution ? "PackedConvolve" : "PackedMultiply",
             Cost::substantial, product_body(matrix, convolution, ending)),
      matrix_(std::move(matrix)),
      convolution_(convolution),
      ending_(ending) {}

const Product* Product::pending(const mx::array& y) {
  return dynamic_cast<const Product*>(Kernel::pending(y));
}

mx::array Product::make(std::shared_ptr<const PackedMatrix> matrix,
                        std::optional<Conv2d> convolution, Ending ending, mx::Shape shape,
                        Operands operands) {
  return make_kernel<Product>(std::move(shape), mx::float32, std::move(operands), std::move(matrix),
                              convolution, ending);
}

std::optional<mx::array> Product::with_gelu(const mx::array& y) {
  const Product* product = pending(y);
  if (!product || product->ending_.gelu || product->ending_.residual) return std::nullopt;
  Ending ending = product->ending_;
  ending.gelu = true;
  return make(product->matrix_, product->convolution_, ending, y.shape(),
              Operands(*product, y.inputs()));
}

std::optional<mx::array> Product::with_residual(const mx::array& y, const mx::array& residual) {
  const Product* product = pending(y);
  if (!product || product->ending_.residual) return std::nullopt;
  if (residual.dtype() != mx::float32 || residual.shape() != y.shape()) return std::nullopt;
  Ending ending = product->ending_;
  ending.residual = true;
  Operands operands(*product, y.inputs());
  operands.add(residual);
  return make(product->matrix_, product->convolution_, ending, y.shape(), std::move(operands));
}

}  // namespace cmlx

namespace {

/// For what is packed by this thread.
thread_local Arithmetic arithmetic = Arithmetic::full;

Storage storage(const mx::array& x) {
  switch (x.dtype().val()) {
    case mx::Dtype::Val::float32:
      return Storage::f32;
    case mx::Dtype::Val::float16:
      return Storage::f16;
    case mx::Dtype::Val::bfloat16:
      return Storage::bf16;
    default:
      throw std::invalid_argument("a weight must be float32, float16 or bfloat16");
  }
}

cmlx_packed packed(std::shared_ptr<const PackedMatrix> value) {
  require(value != nullptr, "no kernel for this combination of bits and group size");
  return new cmlx_packed_s{std::move(value)};
}

mx::array product(cmlx_packed packed, std::optional<Conv2d> convolution, mx::Shape shape,
                  const mx::array& x, cmlx_array bias) {
  Kernel::Operands operands{x};
  if (bias) operands.add(float32(bias->value));
  return Product::make(packed->value, convolution, {.bias = bias != nullptr}, std::move(shape),
                       std::move(operands));
}

}  // namespace

void cmlx_set_arithmetic(cmlx_arithmetic value) {
  constexpr Arithmetic known[] = {Arithmetic::full, Arithmetic::fast, Arithmetic::fine};
  arithmetic = known[value];
}

cmlx_arithmetic cmlx_current_arithmetic() { return static_cast<cmlx_arithmetic>(arithmetic); }

cmlx_packed cmlx_pack_quantized(cmlx_array weight, cmlx_array scales, cmlx_array biases,
                                int32_t group, int32_t bits) {
  return cmlx::guarded<cmlx_packed>(nullptr, [&] {
    auto codes = mx::contiguous(weight->value);
    auto scale = mx::contiguous(scales->value);
    auto bias = mx::contiguous(biases->value);
    cmlx::evaluate({codes, scale, bias});
    require(codes.dtype() == mx::uint32 && scale.dtype() == bias.dtype(),
            "quantized weights must be uint32");
    const size_t inputs = static_cast<size_t>(scale.shape(1)) * static_cast<size_t>(group);
    return packed(PackedMatrix::quantized(
        codes.data<uint32_t>(), scale.data<char>(), bias.data<char>(), storage(scale),
        static_cast<size_t>(codes.shape(0)), inputs, bits, group, arithmetic));
  });
}

cmlx_packed cmlx_pack_dense(cmlx_array weight, bool exact) {
  return cmlx::guarded<cmlx_packed>(nullptr, [&] {
    auto values = mx::contiguous(weight->value);
    cmlx::evaluate({values});
    const auto outputs = static_cast<size_t>(values.shape(0));
    return packed(PackedMatrix::dense(values.data<char>(), storage(values), outputs,
                                      values.size() / outputs,
                                      exact ? Arithmetic::full : arithmetic));
  });
}

void cmlx_packed_free(cmlx_packed packed) { delete packed; }

cmlx_array cmlx_packed_multiply(cmlx_packed packed, cmlx_array x, cmlx_array bias) {
  return make([&] {
    auto input = float32(x->value);
    require(input.ndim() >= 1 && static_cast<size_t>(input.shape(-1)) == packed->value->inputs,
            "the last axis of x must equal the inputs of the weight");
    auto shape = input.shape();
    shape.back() = static_cast<int>(packed->value->outputs);
    return product(packed, std::nullopt, std::move(shape), input, bias);
  });
}

cmlx_array cmlx_packed_convolve(cmlx_packed packed, cmlx_array x, cmlx_array bias,
                                const int32_t kernel[2], const int32_t stride[2],
                                const int32_t padding[2]) {
  return make([&] {
    auto input = float32(x->value);
    require(input.ndim() == 4, "a convolution takes x [batch, height, width, in]");
    auto size = [](int value) { return static_cast<size_t>(value); };
    const Conv2d conv{size(input.shape(0)), size(input.shape(1)),   size(input.shape(2)),
                      size(input.shape(3)), packed->value->outputs, size(kernel[0]),
                      size(kernel[1]),      size(stride[0]),        size(stride[1]),
                      size(padding[0]),     size(padding[1])};
    require(conv.kh * conv.kw * conv.in == packed->value->inputs,
            "the last axis of x must equal the input channels of the convolution");
    require(conv.height + 2 * conv.pad_h >= conv.kh && conv.width + 2 * conv.pad_w >= conv.kw,
            "the picture is smaller than the convolution");
    mx::Shape shape{input.shape(0), static_cast<int>(conv.out_height()),
                    static_cast<int>(conv.out_width()), static_cast<int>(conv.out)};
    return product(packed, conv, std::move(shape), input, bias);
  });
}

cmlx_array cmlx_packed_gather(cmlx_packed packed, cmlx_array ids) {
  return make([&] {
    auto matrix = packed->value;
    // Ids are small, so that it does not matter whether they have a sign.
    const bool fits = ids->value.dtype() == mx::int32 || ids->value.dtype() == mx::uint32;
    auto rows = fits ? ids->value : mx::astype(ids->value, mx::int32);
    auto shape = rows.shape();
    shape.push_back(static_cast<int>(matrix->inputs));
    return kernel("PackedGather", Kernel::Cost::substantial, shape, {rows},
                  [matrix](const Strided* operands, void* out) {
                    Temporary memory;
                    // Floats and ids have the same size.
                    matrix->gather(
                        reinterpret_cast<const int32_t*>(contiguous(operands[0], memory)),
                        static_cast<float*>(out), operands[0].size());
                  });
  });
}
