#include "graph/rows.h"

#include "graph/primitive.h"
#include "kernels/kernels.h"
#include "mlx/ops.h"

namespace mx = mlx::core;

namespace cmlx {
namespace {

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

/// x [batch, heads, positions, dim] from `offsets` on, one for each item.
void rotate(const Strided& x, int dimensions, float base, float scale, const int32_t* offsets,
            void* out) {
  Temporary memory;
  const Strided in = with_rows(x, memory);
  const int64_t strides[3] = {in.stride(0), in.stride(1), in.stride(2)};
  auto length = [&](size_t axis) { return static_cast<size_t>(in.shape[axis]); };
  bun_asr::rope(in.floats(), strides, static_cast<float*>(out), length(0), length(1), length(2),
                length(3), size_t(dimensions), base, scale, offsets);
}

/// One value of each row: the last axis of float32 `x` goes.
template <class T>
mx::array reduced(const char* name, const mx::array& x,
                  void (*function)(const float*, T*, size_t rows, size_t size), mx::Dtype type) {
  auto shape = x.shape();
  shape.pop_back();
  return kernel(
      name, Kernel::Cost::substantial, std::move(shape), {x},
      [function](const Strided* operands, void* out) {
        Temporary memory;
        const auto size = static_cast<size_t>(operands[0].shape.back());
        function(contiguous(operands[0], memory), static_cast<T*>(out), operands[0].size() / size,
                 size);
      },
      type);
}

}  // namespace

mx::array rms_norm(const mx::array& x, const mx::array& weight, float eps) {
  const auto input = float32(x);
  require(input.ndim() >= 1 && input.ndim() <= 4, "RMSNorm takes one to four axes");
  return kernel("RMSNorm", Kernel::Cost::cheap, input.shape(), {input, float32(weight)},
                [eps](const Strided* operands, void* out) {
                  Temporary memory[2];
                  const Strided in = with_rows(operands[0], memory[0]);
                  const HeadRows rows(in);
                  bun_asr::rms_norm(in.floats(), rows.strides, contiguous(operands[1], memory[1]),
                                    eps, static_cast<float*>(out), rows.lengths[0], rows.lengths[1],
                                    rows.lengths[2], static_cast<size_t>(in.shape.back()));
                });
}

mx::array layer_norm(const mx::array& x, const mx::array& weight, const mx::array& bias,
                     float eps) {
  const auto input = float32(x);
  return kernel("LayerNorm", Kernel::Cost::cheap, input.shape(),
                {input, float32(weight), float32(bias)}, [eps](const Strided* operands, void* out) {
                  Temporary memory[3];
                  const auto size = static_cast<size_t>(operands[0].shape.back());
                  bun_asr::layer_norm(contiguous(operands[0], memory[0]),
                                      contiguous(operands[1], memory[1]),
                                      contiguous(operands[2], memory[2]), eps,
                                      static_cast<float*>(out), operands[0].size() / size, size);
                });
}

mx::array rope(const mx::array& x, int dimensions, float base, float scale, int offset) {
  const auto input = float32(x);
  require(input.ndim() == 4, "RoPE takes [batch, heads, positions, dim]");
  const std::vector<int32_t> offsets(static_cast<size_t>(input.shape(0)), offset);
  return kernel("RoPE", Kernel::Cost::cheap, input.shape(), {input},
                [=](const Strided* operands, void* out) {
                  rotate(operands[0], dimensions, base, scale, offsets.data(), out);
                });
}

mx::array rope(const mx::array& x, int dimensions, float base, float scale,
               const mx::array& offsets) {
  const auto input = float32(x);
  require(input.ndim() == 4, "RoPE takes [batch, heads, positions, dim]");
  require(offsets.dtype() == mx::int32 && offsets.shape() == mx::Shape{input.shape(0)},
          "RoPE takes an offset, int32, for each item of the batch");
  // Many read it, each sequence's attention its own part: it is computed once.
  return kernel("RoPE", Kernel::Cost::substantial, input.shape(), {input, offsets},
                [=](const Strided* operands, void* out) {
                  Temporary memory;
                  // Floats and offsets have the same size.
                  const auto* each =
                      reinterpret_cast<const int32_t*>(contiguous(operands[1], memory));
                  rotate(operands[0], dimensions, base, scale, each, out);
                });
}

mx::array gelu(const mx::array& x) {
  const auto input = float32(x);
  return kernel("GELU", Kernel::Cost::cheap, input.shape(), {input},
                [](const Strided* operands, void* out) {
                  Temporary memory;
                  bun_asr::gelu(contiguous(operands[0], memory), static_cast<float*>(out),
                                operands[0].size());
                });
}

mx::array argmax(const mx::array& x) {
  return x.dtype() == mx::float32 ? reduced("ArgMax", x, bun_asr::argmax, mx::uint32)
                                  : mx::argmax(x, -1);
}

mx::array log_sum_exp(const mx::array& x) {
  return reduced("LogSumExp", float32(x), bun_asr::log_sum_exp, mx::float32);
}

}  // namespace cmlx
