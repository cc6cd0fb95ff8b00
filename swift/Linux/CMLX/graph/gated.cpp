#include "graph/gated.h"

#include "graph/primitive.h"
#include "kernels/kernels.h"

namespace mx = mlx::core;

namespace cmlx {
namespace {

/// SiLU keeps the operand that it was made of, for the product that may follow.
class Silu final : public Kernel {
 public:
  Silu(Operands operands, const mx::array& x)
      : Kernel(std::move(operands), "SiLU", Cost::cheap,
               [](const Strided* operands, void* out) {
                 Temporary memory;
                 bun_asr::silu(contiguous(operands[0], memory), static_cast<float*>(out),
                               operands[0].size());
               }),
        x(x) {}

  const mx::array x;
};

/// The axes before the last as rows with one stride, where they can be seen so.
std::optional<size_t> row_stride(const Strided& x) {
  if (x.shape.back() != 1 && x.strides.back() != 1) return std::nullopt;
  int64_t stride = 0, expected = 0;
  for (size_t axis = x.shape.size() - 1; axis-- > 0;) {
    if (x.shape[axis] == 1) continue;
    if (expected == 0) {
      stride = x.strides[axis];
    } else if (x.strides[axis] != expected) {
      return std::nullopt;
    }
    expected = x.strides[axis] * x.shape[axis];
  }
  return static_cast<size_t>(stride);
}

/// An operand as rows: where they begin and how far they lie apart.
struct Rows {
  const float* data;
  size_t stride;

  Rows(const Strided& x, Temporary& memory) {
    const auto apart = row_stride(x);
    data = apart ? x.floats() : contiguous(x, memory);
    stride = apart ? *apart : static_cast<size_t>(x.shape.back());
  }
};

}  // namespace

mx::array silu(const mx::array& x) {
  const auto input = float32(x);
  return make_kernel<Silu>(input.shape(), mx::float32, {input}, input);
}

std::optional<mx::array> gated(const mx::array& gate, const mx::array& up) {
  const auto* silu = dynamic_cast<const Silu*>(Kernel::pending(gate));
  if (!silu || up.dtype() != mx::float32 || up.shape() != gate.shape()) return std::nullopt;
  return kernel("SwiGLU", Kernel::Cost::cheap, gate.shape(), {silu->x, up},
                [](const Strided* operands, void* out) {
                  Temporary memory[2];
                  const Rows gate(operands[0], memory[0]), up(operands[1], memory[1]);
                  const auto width = static_cast<size_t>(operands[0].shape.back());
                  bun_asr::swiglu(gate.data, gate.stride, up.data, up.stride,
                                  static_cast<float*>(out), operands[0].size() / width, width);
                });
}

}  // namespace cmlx
