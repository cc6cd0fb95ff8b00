#include "graph/overwrite.h"

#include <cstring>
#include <string_view>
#include <type_traits>

#include "kernels/kernels.h"
#include "mlx/allocator.h"
#include "mlx/primitives.h"

namespace mx = mlx::core;

namespace cmlx {
namespace {

/// Copies a row; what is float32 becomes float16 where that is wanted.
template <class From, class To>
void copy_row(const From* from, To* to, size_t width) {
  if constexpr (std::is_same_v<From, To>) {
    std::memcpy(to, from, width * sizeof(To));
  } else {
    bun_asr::to_f16(from, to, width);
  }
}

/// Copies `from` to the window with these strides, row by row.
template <class From, class To>
void scatter(const Strided& from, To* to, const mx::Strides& strides) {
  const auto width = static_cast<size_t>(from.shape.back());
  const int64_t step = from.strides.back();
  Temporary memory;
  From* row_of_its_own =
      step == 1 ? nullptr : reinterpret_cast<From*>(memory.reserve(width));  // at most 4 bytes each
  for_each_row(from.shape, [&](const mx::Shape& index) {
    const From* values = static_cast<const From*>(from.data) + row_start(index, from.strides);
    if (step != 1) {
      for (size_t i = 0; i < width; i++) {
        row_of_its_own[i] = values[static_cast<int64_t>(i) * step];
      }
      values = row_of_its_own;
    }
    copy_row(values, to + row_start(index, strides), width);
  });
}

/// The operands are the update and x, in this order: the update may be computed in here.
class Overwrite final : public Kernel {
 public:
  Overwrite(Operands operands, const mx::array& x, mx::Dtype update, const mx::Shape& start)
      : Kernel(std::move(operands), "Overwrite", Cost::substantial, write(x, update, start)) {}

 protected:
  // x is the last input. Its buffer is taken over when this is its only owner.
  void allocate(const Inputs& inputs, mx::array& output) override {
    const mx::array& x = inputs.back();
    if (x.is_donatable() && x.flags().row_contiguous) return output.copy_shared_buffer(x);
    output.set_data(mx::allocator::malloc(output.nbytes()));
    const Strided old{x.data<char>(), x.shape(), x.strides()};
    if (x.dtype() == mx::float16) return gather(old, output.data<uint16_t>());
    gather(old, output.data<float>());
  }

 private:
  template <class From, class To>
  static Body write(mx::Strides strides, int64_t offset) {
    return [strides = std::move(strides), offset](const Strided* operands, void* output) {
      scatter<From>(operands[0], static_cast<To*>(output) + offset, strides);
    };
  }

  static Body write(const mx::array& x, mx::Dtype update, const mx::Shape& start) {
    mx::Strides strides = row_major_strides(x.shape());
    int64_t offset = 0;
    for (size_t axis = 0; axis < start.size(); axis++) offset += start[axis] * strides[axis];
    if (x.dtype() == mx::float32) return write<float, float>(std::move(strides), offset);
    if (update == mx::float16) return write<uint16_t, uint16_t>(std::move(strides), offset);
    return write<float, uint16_t>(std::move(strides), offset);
  }
};

/// What `x`, float16, is rounded from, if it has not been yet: writing rounds as well, and then the
/// float32 values may be computed inside the kernel that writes.
mx::array before_rounding(const mx::array& x) {
  if (!is_pending(x)) return x;
  const bool is_cast = std::string_view(x.primitive().name()) == "AsType";
  return is_cast && x.inputs()[0].dtype() == mx::float32 ? x.inputs()[0] : x;
}

}  // namespace

bool can_overwrite(const mx::array& x, const mx::array& update) {
  return x.dtype() == update.dtype() && (x.dtype() == mx::float32 || x.dtype() == mx::float16);
}

mx::array overwrite(const mx::array& x, const mx::array& update, const mx::Shape& start) {
  const mx::array values = update.dtype() == mx::float16 ? before_rounding(update) : update;
  Kernel::Operands operands{values};
  operands.add_whole(x);
  return make_kernel<Overwrite>(x.shape(), x.dtype(), std::move(operands), x, values.dtype(),
                                start);
}

}  // namespace cmlx
