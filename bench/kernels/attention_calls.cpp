// Attention as the two parts of Qwen3-ASR-0.6B call it.
#include <cmath>

#include "measurement.h"
#include "random.h"

namespace bun_asr::bench {
namespace {

void strides(int64_t to[3], size_t heads, size_t positions, size_t dim) {
  to[0] = int64_t(heads * positions * dim);
  to[1] = int64_t(positions * dim);
  to[2] = int64_t(dim);
}

Attention shape_of(size_t heads, size_t kv_heads, size_t queries, size_t keys, size_t dim,
                   Attention::Mask mask) {
  Attention shape{};
  shape.batch = 1;
  shape.heads = heads;
  shape.kv_heads = kv_heads;
  shape.queries = queries;
  shape.keys = keys;
  shape.dim = dim;
  shape.scale = 1 / std::sqrt(float(dim));
  shape.mask = mask;
  strides(shape.q_strides, heads, queries, dim);
  strides(shape.k_strides, kv_heads, keys, dim);
  strides(shape.v_strides, kv_heads, keys, dim);
  return shape;
}

/// `layers` layers have keys and values of their own, as in a cache; `pairs` of a query and a key
/// are visible.
void measure_shape(Bench& bench, const char* name, const Attention& shape, size_t pairs,
                   size_t layers, Residence residence) {
  const size_t q_size = shape.heads * shape.queries * shape.dim;
  const size_t kv_size = shape.kv_heads * shape.keys * shape.dim;
  const std::vector<float> q = random_floats(q_size), one = random_floats(kv_size);
  const std::vector<std::vector<float>> kv(layers * 2, one);
  std::vector<float> out(q_size);
  bench.measure(
      {.group = "attention",
       .shape = std::string(name) + ", " + std::to_string(shape.heads) + " of " +
                std::to_string(shape.kv_heads) + " heads, " + std::to_string(shape.queries) +
                " × " + std::to_string(shape.keys) + " × " + std::to_string(shape.dim),
       .operations = 4.0 * double(shape.heads * pairs * shape.dim),
       .bytes = double(q_size + 2 * kv_size) * sizeof(float),
       .residence = residence,
       .run = [&](size_t turn) {
         const size_t layer = turn % layers;
         attention(shape, q.data(), kv[2 * layer].data(), kv[2 * layer + 1].data(), out.data());
       }});
}

}  // namespace

void measure_attention(Bench& bench) {
  constexpr size_t keys = 512, prompt = 137, window = 104;
  const size_t layer_bytes = 2 * 8 * keys * 128 * sizeof(float);
  measure_shape(bench, "one token", shape_of(16, 8, 1, keys, 128, Attention::Mask::none), keys,
                Limits::working_set() / layer_bytes, Residence::memory);
  measure_shape(bench, "prefill", shape_of(16, 8, prompt, prompt, 128, Attention::Mask::causal),
                prompt * (prompt + 1) / 2, 1, Residence::cache);
  measure_shape(bench, "window", shape_of(14, 14, window, window, 64, Attention::Mask::none),
                window * window, 1, Residence::cache);
}

}  // namespace bun_asr::bench
