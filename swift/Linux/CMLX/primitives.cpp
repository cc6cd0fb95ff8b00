// The other CPU kernels as MLX primitives.
#include <cmath>
#include <stdexcept>

#include "gated.h"
#include "handles.h"
#include "kernel.h"
#include "mlx/ops.h"
#include "product.h"

namespace mx = mlx::core;
using bun_asr::Attention;
using bun_asr::Storage;
using cmlx::contiguous;
using cmlx::float32;
using cmlx::kernel;
using cmlx::Kernel;
using cmlx::make;
using cmlx::require;
using cmlx::Strided;
using cmlx::Temporary;

namespace {

mx::array element_wise(const char* name, const mx::array& x,
                       void (*function)(const float*, float*, size_t)) {
  auto input = float32(x);
  return kernel(name, Kernel::Cost::cheap, input.shape(), {input},
                [function](const Strided* operands, void* out) {
                  Temporary memory;
                  function(contiguous(operands[0], memory), static_cast<float*>(out),
                           operands[0].size());
                });
}

/// An operand whose last axis is in a row, as the kernels that take strides want it.
template <class T = float>
Strided with_rows(const Strided& x, Temporary& memory) {
  if (x.shape.back() == 1 || x.strides.back() == 1) return x;
  T* values = reinterpret_cast<T*>(memory.reserve(x.size()));  // room enough for halves, too
  cmlx::gather(x, values);
  return {values, x.shape, cmlx::row_major_strides(x.shape)};
}

/// Up to four axes as [batch, heads, positions, dim]: those that are missing have length 1.
struct HeadRows {
  size_t lengths[3] = {1, 1, 1};
  int64_t strides[3] = {0, 0, 0};

  explicit HeadRows(const Strided& x) {
    const size_t missing = 4 - x.shape.size();
    for (size_t axis = 0; axis + 1 < x.shape.size(); axis++) {
      lengths[missing + axis] = static_cast<size_t>(x.shape[axis]);
      strides[missing + axis] = x.strides[axis];
    }
  }
};

}  // namespace

cmlx_array cmlx_attention(cmlx_array queries, cmlx_array keys, cmlx_array values, float scale,
                          cmlx_array mask, bool causal) {
  return make([&] {
    const bool halves = keys->value.dtype() == mx::float16 && values->value.dtype() == mx::float16;
    const auto q = float32(queries->value);
    const auto k = halves ? keys->value : float32(keys->value);
    const auto v = halves ? values->value : float32(values->value);
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
    shape.stored = halves ? Storage::f16 : Storage::f32;
    Kernel::Operands operands{q, k, v};
    if (causal) {
      shape.mask = Attention::Mask::causal;
    } else if (mask) {
      const auto& m = mask->value;
      const mx::Shape full{q.shape(0), q.shape(1), q.shape(2), k.shape(2)};
      require(mx::broadcast_shapes(m.shape(), full) == full,
              "attention: the mask does not broadcast to [batch, heads, queries, keys]");
      const bool visible = m.dtype() == mx::bool_;
      shape.mask = visible ? Attention::Mask::visible : Attention::Mask::additive;
      operands.add(visible ? m : float32(m));
    }
    // In the order in which the projection that follows reads it; as [batch, heads, queries, dim]
    // it is a view, which costs nothing.
    shape.queries_first = shape.queries > 1;
    mx::Shape written = q.shape();
    if (shape.queries_first) std::swap(written[1], written[2]);
    const auto attended =
        kernel("Attention", Kernel::Cost::cheap, std::move(written), std::move(operands),
               [shape, masked = mask != nullptr](const Strided* operands, void* out) {
                 Attention call = shape;
                 Temporary memory[3];
                 const void* data[3];
                 int64_t* strides[3] = {call.q_strides, call.k_strides, call.v_strides};
                 for (int i = 0; i < 3; i++) {
                   const bool is_half = i > 0 && shape.stored == Storage::f16;
                   const Strided x = is_half ? with_rows<uint16_t>(operands[i], memory[i])
                                             : with_rows(operands[i], memory[i]);
                   data[i] = x.data;
                   for (int axis = 0; axis < 3; axis++) strides[i][axis] = x.stride(axis);
                 }
                 if (masked) {
                   const Strided& m = operands[3];
                   call.mask_data = m.data;
                   const size_t missing = 4 - m.shape.size();
                   for (size_t axis = 0; axis < m.shape.size(); axis++) {
                     const bool repeats = m.shape[axis] == 1;
                     call.mask_strides[missing + axis] = repeats ? 0 : m.strides[axis];
                   }
                 }
                 bun_asr::attention(call, static_cast<const float*>(data[0]), data[1], data[2],
                                    static_cast<float*>(out));
               });
    return shape.queries_first ? mx::transpose(attended, {0, 2, 1, 3}) : attended;
  });
}

cmlx_array cmlx_rms_norm(cmlx_array x, cmlx_array weight, float eps) {
  return make([&] {
    auto input = float32(x->value);
    require(input.ndim() >= 1 && input.ndim() <= 4, "RMSNorm takes one to four axes");
    return kernel("RMSNorm", Kernel::Cost::cheap, input.shape(), {input, float32(weight->value)},
                  [eps](const Strided* operands, void* out) {
                    Temporary memory[2];
                    const Strided in = with_rows(operands[0], memory[0]);
                    const HeadRows rows(in);
                    bun_asr::rms_norm(in.floats(), rows.strides, contiguous(operands[1], memory[1]),
                                      eps, static_cast<float*>(out), rows.lengths[0],
                                      rows.lengths[1], rows.lengths[2],
                                      static_cast<size_t>(in.shape.back()));
                  });
  });
}

cmlx_array cmlx_layer_norm(cmlx_array x, cmlx_array weight, cmlx_array bias, float eps) {
  return make([&] {
    auto input = float32(x->value);
    return kernel("LayerNorm", Kernel::Cost::cheap, input.shape(),
                  {input, float32(weight->value), float32(bias->value)},
                  [eps](const Strided* operands, void* out) {
                    Temporary memory[3];
                    const auto size = static_cast<size_t>(operands[0].shape.back());
                    bun_asr::layer_norm(contiguous(operands[0], memory[0]),
                                        contiguous(operands[1], memory[1]),
                                        contiguous(operands[2], memory[2]), eps,
                                        static_cast<float*>(out), operands[0].size() / size, size);
                  });
  });
}

cmlx_array cmlx_rope(cmlx_array x, int32_t dimensions, float base, float scale, int32_t offset) {
  return make([&] {
    auto input = float32(x->value);
    require(input.ndim() == 4, "RoPE takes [batch, heads, positions, dim]");
    return kernel("RoPE", Kernel::Cost::cheap, input.shape(), {input},
                  [=](const Strided* operands, void* out) {
                    Temporary memory;
                    const Strided in = with_rows(operands[0], memory);
                    const int64_t strides[3] = {in.stride(0), in.stride(1), in.stride(2)};
                    auto length = [&](size_t axis) { return static_cast<size_t>(in.shape[axis]); };
                    bun_asr::rope(in.floats(), strides, static_cast<float*>(out), length(0),
                                  length(1), length(2), length(3), size_t(dimensions), base, scale,
                                  offset);
                  });
  });
}

cmlx_array cmlx_gelu(cmlx_array x) {
  return make([&] {
    const auto fused = cmlx::Product::with_gelu(x->value);
    return fused ? *fused : element_wise("GELU", x->value, bun_asr::gelu);
  });
}

cmlx_array cmlx_silu(cmlx_array x) {
  return make([&] { return cmlx::silu(x->value); });
}

cmlx_array cmlx_missing() {
  return make([] {
    return kernel("missing", Kernel::Cost::substantial, {}, {}, [](const Strided*, void*) {
      throw std::runtime_error("an array is missing, because the operation that makes it failed");
    });
  });
}
