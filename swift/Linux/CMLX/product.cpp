// Weights packed for the CPU kernels, and the products with them.
#include "product.h"

#include <algorithm>
#include <stdexcept>

#include "handles.h"
#include "mlx/ops.h"
#include "mlx/transforms.h"

namespace mx = mlx::core;
using bun_asr::Arithmetic;
using bun_asr::Conv2d;
using bun_asr::PackedMatrix;
using bun_asr::Storage;
using cmlx::contiguous;
using cmlx::float32;
using cmlx::kernel;
using cmlx::make;
using cmlx::Product;
using cmlx::require;

namespace cmlx {
namespace {

Kernel::Body product_body(std::shared_ptr<const PackedMatrix> matrix,
                          std::optional<Conv2d> convolution, Product::Ending ending) {
  return [=](const Kernel::Inputs& inputs, float* out) {
    std::vector<float> scratch[3];
    size_t next = 1;
    auto take = [&](bool present) -> const float* {
      if (!present) return nullptr;
      const size_t i = next++;
      return contiguous(inputs[i], scratch[i]);
    };
    bun_asr::Epilogue then;
    then.bias = take(ending.bias);
    then.gelu = ending.gelu;
    then.residual = take(ending.residual);
    const float* x = contiguous(inputs[0], scratch[0]);
    if (convolution) return matrix->convolve(*convolution, x, then, out);
    matrix->multiply(x, then, out, inputs[0].size() / matrix->inputs);
  };
}

}  // namespace

Product::Product(std::shared_ptr<const PackedMatrix> matrix, std::optional<Conv2d> convolution,
                 Ending ending)
    : Kernel(convolution ? "PackedConvolve" : "PackedMultiply",
             product_body(matrix, convolution, ending)),
      matrix_(std::move(matrix)),
      convolution_(convolution),
      ending_(ending) {}

const Product* Product::pending(const mx::array& y) {
  if (y.status() != mx::array::Status::unscheduled || !y.has_primitive()) return nullptr;
  return dynamic_cast<const Product*>(&y.primitive());
}

mx::array Product::ending(Ending ending, const mx::array& y, Inputs inputs) const {
  return mx::array(y.shape(), y.dtype(), std::make_shared<Product>(matrix_, convolution_, ending),
                   std::move(inputs));
}

std::optional<mx::array> Product::with_gelu(const mx::array& y) {
  const Product* product = pending(y);
  if (!product || product->ending_.gelu || product->ending_.residual) return std::nullopt;
  Ending ending = product->ending_;
  ending.gelu = true;
  return product->ending(ending, y, y.inputs());
}

std::optional<mx::array> Product::with_residual(const mx::array& y, const mx::array& residual) {
  const Product* product = pending(y);
  if (!product || product->ending_.residual) return std::nullopt;
  if (residual.dtype() != mx::float32 || residual.shape() != y.shape()) return std::nullopt;
  Ending ending = product->ending_;
  ending.residual = true;
  Inputs inputs = y.inputs();
  inputs.push_back(residual);
  return product->ending(ending, y, std::move(inputs));
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
                  mx::array x, cmlx_array bias) {
  Product::Ending ending{.bias = bias != nullptr};
  std::vector<mx::array> inputs{std::move(x)};
  if (bias) inputs.push_back(float32(bias->value));
  return mx::array(std::move(shape), mx::float32,
                   std::make_shared<Product>(packed->value, convolution, ending),
                   std::move(inputs));
}

}  // namespace

void cmlx_set_arithmetic(cmlx_arithmetic value) {
  arithmetic = value == CMLX_FAST ? Arithmetic::fast : Arithmetic::full;
}

cmlx_packed cmlx_pack_quantized(cmlx_array weight, cmlx_array scales, cmlx_array biases,
                                int32_t group, int32_t bits) {
  return cmlx::guarded<cmlx_packed>(nullptr, [&] {
    auto codes = mx::contiguous(weight->value);
    auto scale = mx::contiguous(scales->value);
    auto bias = mx::contiguous(biases->value);
    mx::eval(codes, scale, bias);
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
    values.eval();
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
    return product(packed, std::nullopt, std::move(shape), std::move(input), bias);
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
    return product(packed, conv, std::move(shape), std::move(input), bias);
  });
}

cmlx_array cmlx_packed_gather(cmlx_packed packed, cmlx_array ids) {
  return make([&] {
    auto matrix = packed->value;
    auto rows = mx::contiguous(mx::astype(ids->value, mx::int32));
    auto shape = rows.shape();
    shape.push_back(static_cast<int>(matrix->inputs));
    return kernel("PackedGather", shape, {rows}, [matrix](const auto& inputs, float* out) {
      matrix->gather(inputs[0].template data<int32_t>(), out, inputs[0].size());
    });
  });
}
