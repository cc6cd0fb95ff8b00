// Attention: strides, grouped heads, every mask.
#include "checks.h"

namespace bun_asr::tests {

namespace {

void test_attention(size_t batch, size_t group, size_t kv_heads, size_t queries, size_t keys,
                    size_t dim, Attention::Mask kind, bool windows = false,
                    Storage stored = Storage::f32) {
  Attention s{};
  s.batch = batch;
  s.heads = group * kv_heads;
  s.kv_heads = kv_heads;
  s.queries = queries;
  s.keys = keys;
  s.dim = dim;
  s.scale = 1 / std::sqrt(float(dim));
  s.mask = kind;
  const Strided q(batch, s.heads, queries, dim, pick(0, 1));
  Strided k(batch, kv_heads, keys, dim, pick(0, 1)), v(batch, kv_heads, keys, dim, pick(0, 1));
  s.stored = stored;
  s.queries_first = pick(0, 1);
  const bool halves = stored == Storage::f16;
  const auto half_keys = halves ? k.halve() : std::vector<uint16_t>();
  const auto half_values = halves ? v.halve() : std::vector<uint16_t>();
  const void* key_data = halves ? static_cast<const void*>(half_keys.data()) : k.data.data();
  const void* value_data = halves ? static_cast<const void*>(half_values.data()) : v.data.data();
  std::copy_n(q.strides, 3, s.q_strides);
  std::copy_n(k.strides, 3, s.k_strides);
  std::copy_n(v.strides, 3, s.v_strides);

  // Masks broadcast over batch and heads, or over everything but keys.
  // With `windows`, queries see the keys of their own window only.
  constexpr size_t window = 104;
  const bool per_query = windows || pick(0, 1);
  const size_t mask_rows = per_query ? queries : 1;
  Floats additive(mask_rows * keys);
  std::vector<uint8_t> visible(mask_rows * keys);
  for (size_t i = 0; i < visible.size(); i++) {
    visible[i] = windows ? i / keys / window == i % keys / window : i % keys == 0 || pick(0, 2) > 0;
    additive[i] = visible[i] ? normal() : -INFINITY;
  }
  if (kind == Attention::Mask::additive) s.mask_data = additive.data();
  if (kind == Attention::Mask::visible) s.mask_data = visible.data();
  s.mask_strides[2] = per_query ? int64_t(keys) : 0;
  s.mask_strides[3] = 1;

  std::vector<Expected> expected(batch * s.heads * queries * dim);
  for (size_t b = 0; b < batch; b++) {
    for (size_t h = 0; h < s.heads; h++) {
      for (size_t i = 0; i < queries; i++) {
        std::vector<double> p(keys);
        double top = -INFINITY, total = 0, noise = 0;
        for (size_t j = 0; j < keys; j++) {
          double dot = 0, magnitude = 0;
          for (size_t d = 0; d < dim; d++) {
            const double term = double(q.at(b, h, i)[d]) * k.at(b, h / group, j)[d];
            dot += term;
            magnitude += std::abs(term);
          }
          const size_t mask_at = (per_query ? i * keys : 0) + j;
          p[j] = dot * s.scale;
          if (kind == Attention::Mask::causal && j > i + keys - queries) p[j] = -INFINITY;
          if (kind == Attention::Mask::additive) p[j] += additive[mask_at];
          if (kind == Attention::Mask::visible && !visible[mask_at]) p[j] = -INFINITY;
          noise = std::max(noise, sum_tolerance(dim, magnitude * s.scale));
          top = std::max(top, p[j]);
        }
        for (double& value : p) total += value = std::exp(value - top);
        for (size_t d = 0; d < dim; d++) {
          double value = 0, magnitude = 0;
          for (size_t j = 0; j < keys; j++) {
            const double term = p[j] / total * v.at(b, h / group, j)[d];
            value += term;
            magnitude += std::abs(term);
          }
          // A score off by e changes its weight by the factor 1 + e; exp adds 2 units itself.
          const size_t place = s.queries_first ? i * s.heads + h : h * queries + i;
          expected[(b * s.heads * queries + place) * dim + d] = {
              value, sum_tolerance(keys, magnitude) + (2 * noise + 1e-6) * magnitude};
        }
      }
    }
  }
  const std::string what = "attention " + std::to_string(group) + " x " + std::to_string(queries) +
                           " queries, " + std::to_string(keys) + " keys, dim " +
                           std::to_string(dim) + ", mask " + std::to_string(int(kind)) +
                           (halves ? ", float16" : "");
  on_every_table(what, expected,
                 [&](float* out) { attention(s, q.data.data(), key_data, value_data, out); });
}

}  // namespace

void test_attentions() {
  using Mask = Attention::Mask;
  for (Mask mask : {Mask::none, Mask::causal, Mask::additive, Mask::visible}) {
    for (size_t keys : {1, 7, 31, 65, 128, 129, 300}) {
      for (size_t queries : {size_t(1), size_t(2), std::min<size_t>(keys, 65), keys}) {
        if (queries > keys) continue;
        const size_t dims[] = {64, 128, 31, 8};
        for (Storage stored : {Storage::f32, Storage::f16}) {
          test_attention(pick(1, 2), pick(1, 4), pick(1, 2), queries, keys, dims[pick(0, 3)], mask,
                         false, stored);
        }
      }
    }
  }
  test_attention(1, 2, 1, 9, 40, 300, Mask::causal);  // heads larger than a panel
  test_attention(1, 2, 1, 9, 40, 300, Mask::none, false, Storage::f16);
  test_attention(1, 1, 2, 450, 450, 64, Mask::visible, true);
  test_attention(2, 1, 1, 450, 450, 64, Mask::additive, true);
}

}  // namespace bun_asr::tests
