// A decode step's attention, from what the projections gave to what the next one takes: a task is
// one key head of one sequence, whose query heads are few. What a task needs stays in the cache.
#include <algorithm>
#include <cstring>

#include "kernels/machine/scratch.h"
#include "kernels/rotations.h"
#include "kernels/table.h"

namespace bun_asr {
namespace {

class Step {
 public:
  Step(const NextAttention& shape, const KeptSequence* sequences, const float* projected,
       const float* rotated, float* out)
      : shape_(shape), sequences_(sequences), projected_(projected), rotated_(rotated), out_(out) {}

  /// Key head `kv_head` of sequence `i`.
  void run(size_t i, size_t kv_head) const {
    const KeptSequence& kept = sequences_[i];
    const size_t dim = shape_.dim, group = shape_.heads / shape_.kv_heads;
    const Attention call = attention_of(kept.position + 1, group, kept.head_stride);
    thread_local Scratch<float> memory;
    float* queries = memory.reserve((group + 1) * dim + table_.attend_few_scratch(call));
    float* key = queries + group * dim;
    float* scratch = key + dim;
    const float* row = projected_ + i * (shape_.heads + 2 * shape_.kv_heads) * dim;
    const float* keys = row + shape_.heads * dim;
    const float* turn = rotated_ + kept.position * dim;
    for (size_t g = 0; g < group; g++) {
      rotate(row + (kv_head * group + g) * dim, shape_.query_norm, turn, queries + g * dim);
    }
    rotate(keys + kv_head * dim, shape_.key_norm, turn, key);
    const int64_t head = int64_t(kv_head) * kept.head_stride, end = int64_t(kept.position * dim);
    keep(key, kept.keys, head + end);
    keep(keys + (shape_.kv_heads + kv_head) * dim, kept.values, head + end);
    float* out = out_ + (i * shape_.heads + kv_head * group) * dim;
    const size_t parts = (group + table_.max_attend_few_rows - 1) / table_.max_attend_few_rows;
    for (size_t part = 0; part < parts; part++) {
      const size_t first = group * part / parts, last = group * (part + 1) / parts;
      table_.attend_few({&call, queries, at(kept.keys, head), at(kept.values, head), out, 0, 0,
                         first, last - first},
                        scratch);
    }
  }

 private:
  /// One key head and its queries. The stride of heads tells where the next one begins.
  Attention attention_of(size_t keys, size_t group, int64_t head_stride) const {
    const auto dim = int64_t(shape_.dim);
    Attention call{};
    call.batch = call.kv_heads = call.queries = 1;
    call.heads = group;
    call.keys = keys;
    call.dim = shape_.dim;
    call.scale = shape_.scale;
    call.stored = shape_.stored;
    const int64_t q_strides[3] = {0, dim, dim}, strides[3] = {0, head_stride, dim};
    std::copy_n(q_strides, 3, call.q_strides);
    std::copy_n(strides, 3, call.k_strides);
    std::copy_n(strides, 3, call.v_strides);
    return call;
  }

  void rotate(const float* x, const float* norm, const float* turn, float* y) const {
    table_.rms_norm(x, norm, shape_.eps, y, shape_.dim);
    table_.rope(y, turn, y, shape_.dim, shape_.dim);
  }

  void keep(const float* x, void* to, int64_t place) const {
    if (shape_.stored == Storage::f16) {
      return table_.to_f16(x, static_cast<uint16_t*>(to) + place, shape_.dim);
    }
    std::memcpy(static_cast<float*>(to) + place, x, shape_.dim * sizeof(float));
  }

  const void* at(const void* kept, int64_t place) const {
    if (shape_.stored == Storage::f16) return static_cast<const uint16_t*>(kept) + place;
    return static_cast<const float*>(kept) + place;
  }

  const Table& table_ = table();
  const NextAttention& shape_;
  const KeptSequence* sequences_;
  const float *projected_, *rotated_;
  float* out_;
};

}  // namespace

void attend_next(const NextAttention& shape, const KeptSequence* sequences, size_t count,
                 const float* projected, float* out) {
  size_t keys = 0;
  for (size_t i = 0; i < count; i++) keys = std::max(keys, sequences[i].position + 1);
  const float* rotated = rotations(keys, shape.dim, shape.base, 1);
  const Step step(shape, sequences, projected, rotated, out);
  const size_t task_work = shape.heads / shape.kv_heads * keys * shape.dim;
  const size_t grain = std::max<size_t>(1, 16384 / std::max<size_t>(1, task_work));
  parallel_for(count * shape.kv_heads, grain, [&](size_t task, size_t end) {
    for (; task < end; task++) step.run(task / shape.kv_heads, task % shape.kv_heads);
  });
}

}  // namespace bun_asr
