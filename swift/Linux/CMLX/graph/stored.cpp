#include "graph/stored.h"

#include <algorithm>
#include <string_view>

#include "graph/evaluate.h"
#include "mlx/ops.h"

namespace mx = mlx::core;

namespace cmlx {
namespace {

// Where a tensor lies MLX tells nobody: a template that is instantiated explicitly may name it.
size_t offset_of(const mx::Load& load);
template <size_t mx::Load::* offset>
struct Opened {
  friend size_t offset_of(const mx::Load& load) { return load.*offset; }
};
template struct Opened<&mx::Load::offset_>;

/// Whether MLX makes `x` by the op of that name: libmlx keeps what a cast could ask to itself.
bool is_pending_op(const mx::array& x, std::string_view name) {
  return is_pending(x) && !Kernel::pending(x) && x.primitive().name() == name;
}

/// The weights that `x` puts together row by row, where each of them lies in a file.
std::vector<mx::array> stored_parts(const mx::array& x) {
  if (Stored::pending(x)) return {x};
  if (!is_pending_op(x, "Concatenate")) return {};
  if (static_cast<const mx::Concatenate&>(x.primitive()).state() != 0) return {};
  const auto& parts = x.inputs();
  const bool all = std::all_of(parts.begin(), parts.end(),
                               [](const mx::array& part) { return Stored::pending(part); });
  return all ? parts : std::vector<mx::array>{};
}

}  // namespace

Stored::Stored(Operands none, std::shared_ptr<FileReader> file, size_t offset, size_t bytes)
    : Kernel(std::move(none), "Stored", Cost::substantial,
             [file, offset, bytes](const Strided*, void* output) {
               file->read(static_cast<char*>(output), bytes, offset);
             }),
      file_(file),
      offset_(offset) {}

mx::array Stored::from(const mx::array& tensor, std::shared_ptr<FileReader> file) {
  if (!is_pending_op(tensor, "Load")) return tensor;
  const size_t offset = offset_of(static_cast<const mx::Load&>(tensor.primitive()));
  return make_kernel<Stored>(tensor.shape(), tensor.dtype(), Operands{}, std::move(file), offset,
                             tensor.nbytes());
}

const Stored* Stored::pending(const mx::array& x) {
  return is_pending(x) ? dynamic_cast<const Stored*>(&x.primitive()) : nullptr;
}

Rows::Rows(const mx::array& weight) : parts_(stored_parts(weight)) {
  if (parts_.empty()) {
    parts_.push_back(mx::contiguous(weight));
    evaluate(parts_);
  }
  row_bytes_ = weight.nbytes() / std::max<size_t>(1, static_cast<size_t>(weight.shape(0)));
}

const uint8_t* Rows::read(size_t first, size_t count, uint8_t* room) const {
  if (!is_pending(parts_[0])) return parts_[0].data<uint8_t>() + first * row_bytes_;
  uint8_t* to = room;
  for (const mx::array& part : parts_) {
    const auto rows = static_cast<size_t>(part.shape(0));
    if (first < rows) {
      const size_t here = std::min(count, rows - first);
      Stored::pending(part)->read(first, here, row_bytes_, to);
      to += here * row_bytes_;
      count -= here;
      first = 0;
      if (count == 0) break;
    } else {
      first -= rows;
    }
  }
  return room;
}

}  // namespace cmlx
