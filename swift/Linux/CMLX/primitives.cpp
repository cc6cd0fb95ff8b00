// The CPU kernels as MLX primitives: lazy like every MLX op, run in order on MLX's CPU stream.
#include "mlx/primitives.h"

#include <cmath>
#include <cstring>
#include <functional>
#include <stdexcept>

#include "file_reader.h"
#include "handles.h"
#include "mlx/backend/cpu/encoder.h"
#include "mlx/ops.h"
#include "mlx/transforms.h"

namespace mx = mlx::core;
using bun_asr::Arithmetic;
using bun_asr::Attention;
using bun_asr::PackedMatrix;
using bun_asr::Storage;
using cmlx::make;

namespace {

// One op with one float32 output: `body` runs on the stream's thread once the inputs are there.
class Kernel : public mx::Primitive {
 public:
  using Body = std::function<void(const std::vector<mx::array>& inputs, float* output)>;

  Kernel(const char* name, Body body)
      : Primitive(mx::default_stream(mx::Device::cpu)), name_(name), body_(std::move(body)) {}

  void eval_cpu(const std::vector<mx::array>& inputs, std::vector<mx::array>& outputs) override {
    auto& output = outputs[0];
    output.set_data(mx::allocator::malloc(output.nbytes()));
    // MLX keeps the buffers of the inputs until the task has run, so weak copies do: a strong one
    // would stop a later slice update from writing in place.
    std::vector<mx::array> weak;
    weak.reserve(inputs.size());
    for (auto& input : inputs) weak.push_back(mx::array::unsafe_weak_copy(input));
    mx::cpu::get_command_encoder(stream()).dispatch(
        [weak = std::move(weak), out = output.data<float>(), body = body_]() { body(weak, out); });
  }

  void eval_gpu(const std::vector<mx::array>&, std::vector<mx::array>&) override {
    throw std::runtime_error(std::string(name_) + " has no GPU form here");
  }

  const char* name() const override { return name_; }

 private:
  const char* name_;
  Body body_;
};

mx::array kernel(const char* name, mx::Shape shape, std::vector<mx::array> inputs,
                 Kernel::Body body) {
  return mx::array(std::move(shape), mx::float32, std::make_shared<Kernel>(name, std::move(body)),
                   std::move(inputs));
}

mx::array float32(const mx::array& x) {
  return x.dtype() == mx::float32 ? x : mx::astype(x, mx::float32);
}

// Row-major, whatever the strides of axes of length 1 say.
bool row_major(const mx::array& x) {
  int64_t expected = 1;
  for (int axis = static_cast<int>(x.ndim()) - 1; axis >= 0; axis--) {
    if (x.shape(axis) != 1 && x.strides(axis) != expected) return false;
    expected *= x.shape(axis);
  }
  return true;
}

// A strided input as contiguous floats: in place when it is, else gathered into `scratch`.
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

mx::array row_wise(const char* name, const mx::array& x,
                   void (*function)(const float*, float*, size_t)) {
  auto input = float32(x);
  return kernel(name, input.shape(), {input}, [function](const auto& inputs, float* out) {
    std::vector<float> scratch;
    function(contiguous(inputs[0], scratch), out, inputs[0].size());
  });
}

cmlx_packed packed(std::shared_ptr<const PackedMatrix> value) {
  require(value != nullptr, "no kernel for this combination of bits and group size");
  return new cmlx_packed_s{std::move(value)};
}

}  // namespace

cmlx_packed cmlx_pack_quantized(cmlx_array weight, cmlx_array scales, cmlx_array biases,
                                int32_t group, int32_t bits) {
  return cmlx::guarded<cmlx_packed>(nullptr, [&] {
    auto codes = mx::contiguous(weight->value);
    auto scale = mx::contiguous(scales->value);
    auto bias = mx::contiguous(biases->value);
    mx::eval(codes, scale, bias);
    cmlx::throw_read_failure();
    require(codes.dtype() == mx::uint32 && scale.dtype() == bias.dtype(),
            "quantized weights must be uint32");
    const size_t inputs = static_cast<size_t>(scale.shape(1)) * static_cast<size_t>(group);
    return packed(PackedMatrix::quantized(
        codes.data<uint32_t>(), scale.data<char>(), bias.data<char>(), storage(scale),
        static_cast<size_t>(codes.shape(0)), inputs, bits, group, Arithmetic::full));
  });
}

cmlx_packed cmlx_pack_dense(cmlx_array weight) {
  return cmlx::guarded<cmlx_packed>(nullptr, [&] {
    auto values = mx::contiguous(weight->value);
    values.eval();
    cmlx::throw_read_failure();
    return packed(PackedMatrix::dense(values.data<char>(), storage(values),
                                      static_cast<size_t>(values.shape(0)),
                                      static_cast<size_t>(values.shape(1)), Arithmetic::full));
  });
}

void cmlx_packed_free(cmlx_packed packed) { delete packed; }

cmlx_array cmlx_packed_multiply(cmlx_packed packed, cmlx_array x, cmlx_array bias) {
  return make([&] {
    auto matrix = packed->value;
    auto input = float32(x->value);
    require(input.ndim() >= 1 && static_cast<size_t>(input.shape(-1)) == matrix->inputs,
            "the last axis of x must equal the inputs of the weight");
    auto shape = input.shape();
    shape.back() = static_cast<int>(matrix->outputs);
    std::vector<mx::array> operands{input};
    if (bias) operands.push_back(float32(bias->value));
    return kernel("PackedMultiply", shape, operands, [matrix](const auto& inputs, float* out) {
      std::vector<float> scratch, bias_scratch;
      const float* bias = inputs.size() > 1 ? contiguous(inputs[1], bias_scratch) : nullptr;
      matrix->multiply(contiguous(inputs[0], scratch), {.bias = bias}, out,
                       inputs[0].size() / matrix->inputs);
    });
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

cmlx_array cmlx_conv2d(cmlx_array x, cmlx_array weight, const int32_t stride[2],
                       const int32_t padding[2]) {
  return make([&] {
    auto input = float32(x->value);
    auto filter = float32(weight->value);
    require(input.ndim() == 4 && filter.ndim() == 4 && input.shape(3) == filter.shape(3),
            "conv2d takes x [batch, height, width, in] and weight [out, height, width, in]");
    auto size = [](int value) { return static_cast<size_t>(value); };
    bun_asr::Conv2d conv{size(input.shape(0)),  size(input.shape(1)),  size(input.shape(2)),
                         size(input.shape(3)),  size(filter.shape(0)), size(filter.shape(1)),
                         size(filter.shape(2)), size(stride[0]),       size(stride[1]),
                         size(padding[0]),      size(padding[1])};
    mx::Shape shape{input.shape(0), static_cast<int>(conv.out_height()),
                    static_cast<int>(conv.out_width()), filter.shape(0)};
    return kernel("Conv2d", shape, {input, filter}, [conv](const auto& inputs, float* out) {
      std::vector<float> x_scratch, w_scratch;
      bun_asr::conv2d(conv, contiguous(inputs[0], x_scratch), contiguous(inputs[1], w_scratch),
                      out);
    });
  });
}

cmlx_array cmlx_attention(cmlx_array queries, cmlx_array keys, cmlx_array values, float scale,
                          cmlx_array mask, bool causal) {
  return make([&] {
    auto q = float32(queries->value), k = float32(keys->value), v = float32(values->value);
    require(q.ndim() == 4 && k.ndim() == 4 && v.ndim() == 4,
            "attention takes [batch, heads, positions, dim]");
    require(k.shape() == v.shape() && q.shape(0) == k.shape(0) && q.shape(3) == k.shape(3) &&
                q.shape(1) % k.shape(1) == 0,
            "attention: the shapes of queries, keys and values do not agree");
    Attention shape;
    shape.batch = q.shape(0);
    shape.heads = q.shape(1);
    shape.kv_heads = k.shape(1);
    shape.queries = q.shape(2);
    shape.keys = k.shape(2);
    shape.dim = q.shape(3);
    shape.scale = scale;
    std::vector<mx::array> operands{q, k, v};
    if (causal) {
      shape.mask = Attention::Mask::causal;
    } else if (mask) {
      const bool visible = mask->value.dtype() == mx::bool_;
      shape.mask = visible ? Attention::Mask::visible : Attention::Mask::additive;
      operands.push_back(mx::broadcast_to(visible ? mask->value : float32(mask->value),
                                          {q.shape(0), q.shape(1), q.shape(2), k.shape(2)}));
    }
    return kernel("Attention", q.shape(), operands, [shape](const auto& inputs, float* out) {
      Attention call = shape;
      // Positions may lie anywhere, but the kernel reads each one's values in a row.
      std::vector<float> scratch[3];
      const float* data[3];
      int64_t* strides[3] = {call.q_strides, call.k_strides, call.v_strides};
      for (int i = 0; i < 3; i++) {
        const mx::array& input = inputs[i];
        if (input.shape(3) == 1 || input.strides(3) == 1) {
          data[i] = input.template data<float>();
          for (int axis = 0; axis < 3; axis++) strides[i][axis] = input.strides(axis);
        } else {
          data[i] = contiguous(input, scratch[i]);
          strides[i][2] = input.shape(3);
          strides[i][1] = strides[i][2] * input.shape(2);
          strides[i][0] = strides[i][1] * input.shape(1);
        }
      }
      if (inputs.size() > 3) {
        call.mask_data = inputs[3].template data<char>();
        for (int axis = 0; axis < 4; axis++) call.mask_strides[axis] = inputs[3].strides(axis);
      }
      bun_asr::attention(call, data[0], data[1], data[2], out);
    });
  });
}

cmlx_array cmlx_rms_norm(cmlx_array x, cmlx_array weight, float eps) {
  return make([&] {
    auto input = float32(x->value);
    return kernel("RMSNorm", input.shape(), {input, float32(weight->value)},
                  [eps](const auto& inputs, float* out) {
                    std::vector<float> x_scratch, w_scratch;
                    const size_t size = inputs[0].shape(-1);
                    bun_asr::rms_norm(contiguous(inputs[0], x_scratch),
                                      contiguous(inputs[1], w_scratch), eps, out,
                                      inputs[0].size() / size, size);
                  });
  });
}

cmlx_array cmlx_layer_norm(cmlx_array x, cmlx_array weight, cmlx_array bias, float eps) {
  return make([&] {
    auto input = float32(x->value);
    return kernel("LayerNorm", input.shape(), {input, float32(weight->value), float32(bias->value)},
                  [eps](const auto& inputs, float* out) {
                    std::vector<float> x_scratch, w_scratch, b_scratch;
                    const size_t size = inputs[0].shape(-1);
                    bun_asr::layer_norm(
                        contiguous(inputs[0], x_scratch), contiguous(inputs[1], w_scratch),
                        contiguous(inputs[2], b_scratch), eps, out, inputs[0].size() / size, size);
                  });
  });
}

cmlx_array cmlx_rope(cmlx_array x, int32_t dimensions, float base, float scale, int32_t offset) {
  return make([&] {
    auto input = float32(x->value);
    require(input.ndim() == 4, "RoPE takes [batch, heads, positions, dim]");
    return kernel("RoPE", input.shape(), {input}, [=](const auto& inputs, float* out) {
      const mx::array& in = inputs[0];
      std::vector<float> scratch;
      int64_t strides[3] = {in.strides(0), in.strides(1), in.strides(2)};
      const float* data = in.template data<float>();
      if (in.shape(3) != 1 && in.strides(3) != 1) {
        data = contiguous(in, scratch);
        strides[2] = in.shape(3);
        strides[1] = strides[2] * in.shape(2);
        strides[0] = strides[1] * in.shape(1);
      }
      bun_asr::rope(data, strides, out, in.shape(0), in.shape(1), in.shape(2), in.shape(3),
                    dimensions, base, scale, offset);
    });
  });
}

cmlx_array cmlx_gelu(cmlx_array x) {
  return make([&] { return row_wise("GELU", x->value, bun_asr::gelu); });
}

cmlx_array cmlx_silu(cmlx_array x) {
  return make([&] { return row_wise("SiLU", x->value, bun_asr::silu); });
}
