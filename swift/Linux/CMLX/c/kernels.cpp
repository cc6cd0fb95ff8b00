// The CPU kernels behind C, products apart.
#include <stdexcept>

#include "c/handles.h"
#include "graph/attention.h"
#include "graph/gated.h"
#include "graph/next_attention.h"
#include "graph/primitive.h"
#include "graph/product.h"
#include "graph/rows.h"

using cmlx::make;

cmlx_array cmlx_attention(cmlx_array queries, cmlx_array keys, cmlx_array values, float scale,
                          cmlx_array mask, bool causal) {
  return make([&] {
    return cmlx::attention(queries->value, keys->value, values->value, scale,
                           mask ? std::optional(mask->value) : std::nullopt, causal);
  });
}

cmlx_array cmlx_attend_next(cmlx_array projected, cmlx_array query_norm, cmlx_array key_norm,
                            float eps, float base, float scale, const cmlx_array* keys,
                            const cmlx_array* values, const int32_t* positions, size_t count) {
  return make([&] {
    return cmlx::attend_next(projected->value,
                             {query_norm->value, key_norm->value, eps, base, scale},
                             cmlx::arrays(keys, count), cmlx::arrays(values, count),
                             std::vector<int32_t>(positions, positions + count));
  });
}

cmlx_array cmlx_rms_norm(cmlx_array x, cmlx_array weight, float eps) {
  return make([&] { return cmlx::rms_norm(x->value, weight->value, eps); });
}

cmlx_array cmlx_layer_norm(cmlx_array x, cmlx_array weight, cmlx_array bias, float eps) {
  return make([&] { return cmlx::layer_norm(x->value, weight->value, bias->value, eps); });
}

cmlx_array cmlx_rope(cmlx_array x, int32_t dimensions, float base, float scale, int32_t offset) {
  return make([&] { return cmlx::rope(x->value, dimensions, base, scale, offset); });
}

cmlx_array cmlx_rope_each(cmlx_array x, int32_t dimensions, float base, float scale,
                          cmlx_array offsets) {
  return make([&] { return cmlx::rope(x->value, dimensions, base, scale, offsets->value); });
}

cmlx_array cmlx_gelu(cmlx_array x) {
  return make([&] {
    const auto fused = cmlx::Product::with_gelu(x->value);
    return fused ? *fused : cmlx::gelu(x->value);
  });
}

cmlx_array cmlx_silu(cmlx_array x) {
  return make([&] { return cmlx::silu(x->value); });
}

cmlx_array cmlx_argmax(cmlx_array x) {
  return make([&] { return cmlx::argmax(x->value); });
}

cmlx_array cmlx_logsumexp(cmlx_array x) {
  return make([&] { return cmlx::log_sum_exp(x->value); });
}

cmlx_array cmlx_missing() {
  return make([] {
    const auto fail = [](const cmlx::Strided*, void*) {
      throw std::runtime_error("an array is missing, because the operation that makes it failed");
    };
    return cmlx::kernel("missing", cmlx::Kernel::Cost::substantial, {}, {}, fail);
  });
}
