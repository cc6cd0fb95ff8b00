// Weights packed for the CPU kernels, and the products with them, behind C.
#include <stdexcept>

#include "c/handles.h"
#include "graph/product.h"
#include "graph/stored.h"
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
using cmlx::Rows;
using cmlx::Strided;
using cmlx::Temporary;

namespace {

Arithmetic arithmetic_of(cmlx_arithmetic value) {
  constexpr Arithmetic known[] = {Arithmetic::full, Arithmetic::fast, Arithmetic::fine};
  return known[value];
}

Storage storage(const mx::array& x) {
  switch (x.dtype().val()) {
    case mx::Dtype::Val::float32: return Storage::f32;
    case mx::Dtype::Val::float16: return Storage::f16;
    case mx::Dtype::Val::bfloat16: return Storage::bf16;
    default: throw std::invalid_argument("a weight must be float32, float16 or bfloat16");
  }
}

/// Of weights that were all read.
cmlx_packed packed(std::shared_ptr<const PackedMatrix> value) {
  cmlx::throw_read_failure();
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

cmlx_packed cmlx_pack_quantized(cmlx_array weight, cmlx_array scales, cmlx_array biases,
                                int32_t group, int32_t bits, cmlx_arithmetic arithmetic) {
  return cmlx::guarded<cmlx_packed>(nullptr, [&] {
    const mx::array &codes = weight->value, &scale = scales->value, &bias = biases->value;
    require(codes.dtype() == mx::uint32 && scale.dtype() == bias.dtype(),
            "quantized weights must be uint32");
    require(codes.ndim() == 2 && scale.ndim() == 2 && scale.shape() == bias.shape() &&
                scale.shape(0) == codes.shape(0) && group > 0 &&
                int64_t(codes.shape(1)) * 32 == int64_t(scale.shape(1)) * group * bits,
            "quantized weights have as many codes as their scales and biases are for");
    const size_t inputs = static_cast<size_t>(scale.shape(1)) * static_cast<size_t>(group);
    return packed(PackedMatrix::quantized(Rows(codes), Rows(scale), Rows(bias), storage(scale),
                                          static_cast<size_t>(codes.shape(0)), inputs, bits, group,
                                          arithmetic_of(arithmetic)));
  });
}

cmlx_packed cmlx_pack_dense(cmlx_array weight, cmlx_arithmetic arithmetic) {
  return cmlx::guarded<cmlx_packed>(nullptr, [&] {
    const mx::array& values = weight->value;
    const auto outputs = static_cast<size_t>(values.shape(0));
    return packed(PackedMatrix::dense(Rows(values), storage(values), outputs,
                                      values.size() / outputs, arithmetic_of(arithmetic)));
  });
}

cmlx_packed cmlx_pack_convolution(cmlx_array weight, const int32_t stride[2],
                                  cmlx_arithmetic arithmetic) {
  return cmlx::guarded<cmlx_packed>(nullptr, [&] {
    const mx::array& values = weight->value;
    require(values.ndim() == 4, "a convolution has weights [out, height, width, in]");
    auto size = [&](int axis) { return static_cast<size_t>(values.shape(axis)); };
    Conv2d shape{};
    shape.out = size(0);
    shape.kh = size(1);
    shape.kw = size(2);
    shape.in = size(3);
    shape.stride_h = static_cast<size_t>(stride[0]);
    shape.stride_w = static_cast<size_t>(stride[1]);
    return packed(
        PackedMatrix::convolution(Rows(values), storage(values), shape, arithmetic_of(arithmetic)));
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
