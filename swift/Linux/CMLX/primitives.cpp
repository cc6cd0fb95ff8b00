// The other CPU kernels as MLX primitives.
#include <cmath>

#include "handles.h"
#include "kernel.h"
#include "mlx/ops.h"
#include "product.h"

namespace mx = mlx::core;
using bun_asr::Attention;
using cmlx::contiguous;
using cmlx::float32;
using cmlx::kernel;
using cmlx::make;
using cmlx::require;

namespace {

mx::array row_wise(const char* name, const mx::array& x,
                   void (*function)(const float*, float*, size_t)) {
  auto input = float32(x);
  return kernel(name, input.shape(), {input}, [function](const auto& inputs, float* out) {
    std::vector<float> scratch;
    function(contiguous(inputs[0], scratch), out, inputs[0].size());
  });
}

}  // namespace

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
  return make([&] {
    const auto fused = cmlx::Product::with_gelu(x->value);
    return fused ? *fused : row_wise("GELU", x->value, bun_asr::gelu);
  });
}

cmlx_array cmlx_silu(cmlx_array x) {
  return make([&] { return row_wise("SiLU", x->value, bun_asr::silu); });
}
