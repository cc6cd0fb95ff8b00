#include "graph/attention.h"

#include "graph/primitive.h"
#include "kernels/kernels.h"
#include "mlx/ops.h"

namespace mx = mlx::core;
using bun_asr::Attention;
using bun_asr::Storage;

namespace cmlx {
namespace {

/// The kernel, for operands queries, keys, values and, if `masked`, the mask.
Kernel::Body body(const Attention& shape, bool masked) {
  return [shape, masked](const Strided* operands, void* out) {
    Attention call = shape;
    Temporary memory[3];
    const void* data[3];
    int64_t* strides[3] = {call.q_strides, call.k_strides, call.v_strides};
    for (int i = 0; i < 3; i++) {
      const bool is_half = i > 0 && shape.stored == Storage::f16;
      const Strided x =
          is_half ? with_rows<uint16_t>(operands[i], memory[i]) : with_rows(operands[i], memory[i]);
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
  };
}

}  // namespace

mx::array attention(const mx::array& queries, const mx::array& keys, const mx::array& values,
                    float scale, const std::optional<mx::array>& mask, bool causal) {
  const bool halves = keys.dtype() == mx::float16 && values.dtype() == mx::float16;
  const auto q = float32(queries);
  const auto k = halves ? keys : float32(keys);
  const auto v = halves ? values : float32(values);
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
  const bool masked = mask && !causal;
  if (causal) {
    shape.mask = Attention::Mask::causal;
  } else if (mask) {
    const mx::Shape full{q.shape(0), q.shape(1), q.shape(2), k.shape(2)};
    require(mx::broadcast_shapes(mask->shape(), full) == full,
            "attention: the mask does not broadcast to [batch, heads, queries, keys]");
    const bool visible = mask->dtype() == mx::bool_;
    shape.mask = visible ? Attention::Mask::visible : Attention::Mask::additive;
    operands.add(visible ? *mask : float32(*mask));
  }
  // In the order in which the projection that follows reads it; as [batch, heads, queries, dim]
  // it is a view, which costs nothing.
  shape.queries_first = shape.queries > 1;
  mx::Shape written = q.shape();
  if (shape.queries_first) std::swap(written[1], written[2]);
  const auto attended = kernel("Attention", Kernel::Cost::cheap, std::move(written),
                               std::move(operands), body(shape, masked));
  return shape.queries_first ? mx::transpose(attended, {0, 2, 1, 3}) : attended;
}

}  // namespace cmlx
