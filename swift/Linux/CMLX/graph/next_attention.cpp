#include "graph/next_attention.h"

#include <cstring>

#include "graph/primitive.h"
#include "kernels/kernels.h"
#include "mlx/allocator.h"
#include "mlx/ops.h"

namespace mx = mlx::core;

namespace cmlx {
namespace {

/// Makes the memory of `kept` its own: views keep the old one, all handles of the array the new.
void own(mx::array kept) {
  require(kept.flags().row_contiguous, "what a sequence keeps does not lie in a row");
  if (kept.data_shared_ptr().use_count() == 1) return;
  auto memory = mx::allocator::malloc(kept.nbytes());
  std::memcpy(memory.raw_ptr(), kept.data<char>(), kept.nbytes());
  kept.set_data(memory);
}

/// The same values one after the other, as every kernel writes them.
mx::array in_a_row(const mx::array& x) {
  const bool is_so = is_pending(x) ? Kernel::pending(x) != nullptr : x.flags().row_contiguous;
  return is_so ? x : mx::contiguous(x);
}

/// The inputs are the projections and the two norms, then keys and values in turns.
class AttendNext final : public Kernel {
 public:
  /// sequences: without where they are kept.
  AttendNext(Operands operands, const bun_asr::NextAttention& shape,
             std::vector<bun_asr::KeptSequence> sequences)
      : Kernel(std::move(operands), "AttendNext", Cost::substantial, nullptr),
        shape_(shape),
        sequences_(std::move(sequences)) {}

 protected:
  void allocate(const Inputs& inputs, mx::array& output) override {
    for (size_t i = first_kept; i < inputs.size(); i++) own(inputs[i]);
    Kernel::allocate(inputs, output);
  }

  void run(const Source* sources, void* output) const override {
    auto floats = [&](size_t i) { return static_cast<const float*>(sources[i].data); };
    auto kept = [&](size_t i) { return const_cast<void*>(sources[first_kept + i].data); };
    bun_asr::NextAttention shape = shape_;
    shape.query_norm = floats(1);
    shape.key_norm = floats(2);
    std::vector<bun_asr::KeptSequence> sequences = sequences_;
    for (size_t i = 0; i < sequences.size(); i++) {
      sequences[i].keys = kept(2 * i);
      sequences[i].values = kept(2 * i + 1);
    }
    bun_asr::attend_next(shape, sequences.data(), sequences.size(), floats(0),
                         static_cast<float*>(output));
  }

 private:
  static constexpr size_t first_kept = 3;

  bun_asr::NextAttention shape_;
  std::vector<bun_asr::KeptSequence> sequences_;
};

}  // namespace

mx::array attend_next(const mx::array& projected, const NextAttention& layer,
                      const std::vector<mx::array>& keys, const std::vector<mx::array>& values,
                      const std::vector<int32_t>& positions) {
  const size_t count = positions.size();
  require(count > 0 && keys.size() == count && values.size() == count,
          "a step takes keys, values and a position of each sequence");
  require(projected.ndim() == 3 && projected.shape(0) == int(count) && projected.shape(1) == 1,
          "a step takes projections [sequences, 1, size]");
  require(keys[0].ndim() == 4, "keys are [1, heads, positions, dim]");
  const mx::Dtype type = keys[0].dtype();
  require(type == mx::float32 || type == mx::float16, "keys are float32 or float16");
  const int kv_heads = keys[0].shape(1), dim = keys[0].shape(3);
  const int heads = projected.shape(2) / dim - 2 * kv_heads;
  require(heads > 0 && heads % kv_heads == 0 && dim % 2 == 0 &&
              projected.shape(2) == (heads + 2 * kv_heads) * dim,
          "the projections are not the queries, keys and values of these heads");
  for (const mx::array* norm : {&layer.query_norm, &layer.key_norm}) {
    require(norm->dtype() == mx::float32 && norm->shape() == mx::Shape{dim},
            "norms of heads are float32 [dim]");
  }
  Kernel::Operands operands{};
  operands.inputs = {in_a_row(float32(projected)), in_a_row(layer.query_norm),
                     in_a_row(layer.key_norm)};
  std::vector<bun_asr::KeptSequence> sequences;
  for (size_t i = 0; i < count; i++) {
    const int capacity = keys[i].ndim() == 4 ? keys[i].shape(2) : 0;
    const mx::Shape shape{1, kv_heads, capacity, dim};
    require(keys[i].shape() == shape && values[i].shape() == shape && keys[i].dtype() == type &&
                values[i].dtype() == type && positions[i] >= 0 && positions[i] < capacity,
            "keys and values of a sequence have no room for its position");
    operands.inputs.push_back(keys[i]);
    operands.inputs.push_back(values[i]);
    sequences.push_back(
        {nullptr, nullptr, int64_t(capacity) * dim, static_cast<size_t>(positions[i])});
  }
  bun_asr::NextAttention shape;
  shape.heads = size_t(heads);
  shape.kv_heads = size_t(kv_heads);
  shape.dim = size_t(dim);
  shape.query_norm = shape.key_norm = nullptr;
  shape.eps = layer.eps;
  shape.base = layer.base;
  shape.scale = layer.scale;
  shape.stored = type == mx::float16 ? bun_asr::Storage::f16 : bun_asr::Storage::f32;
  return make_kernel<AttendNext>(mx::Shape{int(count), 1, heads * dim}, mx::float32,
                                 std::move(operands), shape, std::move(sequences));
}

}  // namespace cmlx
