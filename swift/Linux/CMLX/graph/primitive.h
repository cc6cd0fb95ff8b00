// This folder: the CPU kernels as nodes of MLX's graph, and what joins neighbours into one.
//
// Here: a CPU kernel as an MLX primitive: lazy like every MLX op; evaluate.h runs it.
//
// What MLX does around an op takes about as long as a small kernel. So kernels are made few while
// the graph is built:
// - operands are looked at through slices, transposes and reshapes (view.h), which never run;
// - a pending kernel that is cheap (a norm, a rotation, …) is computed inside its reader, into
//   memory that stays in the cache, and never becomes an op. Should two ops read it, it is computed
//   twice: a waste, never an error;
// - a product takes over what follows it (product.h).
// A decoder layer of thirty-odd ops runs as six.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "graph/temporary.h"
#include "graph/view.h"
#include "mlx/primitives.h"

namespace cmlx {

class Kernel : public mlx::core::Primitive {
 public:
  using Inputs = std::vector<mlx::core::array>;
  /// Writes the output, row-major.
  using Body = std::function<void(const Strided* operands, void* output)>;

  /// Whether readers may compute it themselves.
  enum class Cost { cheap, substantial };

  static constexpr size_t max_operands = 8;

  /// What a kernel reads: its operands, and the MLX inputs that they are made of.
  class Operands {
   public:
    Operands(std::initializer_list<mlx::core::array> arrays) {
      list_.reserve(arrays.size() + 1);  // often one more is added
      for (auto& array : arrays) add(array);
    }
    /// The operands of a pending kernel, to be extended.
    Operands(const Kernel& kernel, Inputs inputs)
        : inputs(std::move(inputs)), list_(kernel.operands_.list_) {}

    void add(const mlx::core::array& array);
    /// An operand that must be an input itself.
    void add_whole(const mlx::core::array& array);
    Inputs inputs;

   private:
    friend class Kernel;
    struct Operand {
      View view;
      size_t offset_bytes;
      size_t first_input;
      /// Computed by the reader, from the inputs that begin at `first_input`.
      std::shared_ptr<const Kernel> inlined;
      size_t inlined_size = 0;
    };
    std::vector<Operand> list_;
  };

  /// The inputs of the operands are not used: MLX holds them (`make`).
  Kernel(Operands operands, const char* name, Cost cost, Body body);

  /// The kernel that will compute `y`; nullptr when it is something else, or computed.
  static const Kernel* pending(const mlx::core::array& y);

  /// Gives `output`, whose primitive this is, its memory and its values. The inputs are there.
  void compute(mlx::core::array& output);

  void eval_cpu(const Inputs& inputs, std::vector<mlx::core::array>& outputs) override;
  void eval_gpu(const Inputs& inputs, std::vector<mlx::core::array>& outputs) override;
  const char* name() const override { return name_; }

 protected:
  /// An input once it has memory.
  struct Source {
    const void* data;
    mlx::core::Strides strides;
  };
  virtual void run(const Source* sources, void* output) const;
  size_t operand_count() const { return operands_.list_.size(); }
  /// The values of one operand, row-major.
  void write_operand(const Source* sources, size_t i, float* to) const;
  /// Gives the output memory, which the body will fill.
  virtual void allocate(const Inputs& inputs, mlx::core::array& output);

 private:
  void run(const Source* sources, void* output, size_t operand, Strided* operands) const;
  /// Where an operand lies that is not inlined.
  static Strided in_place(const Operands::Operand& operand, const Source& source);

  const char* name_;
  Cost cost_;
  Operands operands_;
  Body body_;
};

/// The output of a new kernel of class `K`, whose constructor takes operands and `rest`.
template <class K, class... Rest>
mlx::core::array make_kernel(mlx::core::Shape shape, mlx::core::Dtype type,
                             Kernel::Operands operands, Rest&&... rest) {
  Kernel::Inputs inputs = std::move(operands.inputs);
  auto primitive = std::make_shared<K>(std::move(operands), std::forward<Rest>(rest)...);
  return mlx::core::array(std::move(shape), type, std::move(primitive), std::move(inputs));
}

/// The output of a new `Kernel`.
mlx::core::array kernel(const char* name, Kernel::Cost cost, mlx::core::Shape shape,
                        Kernel::Operands operands, Kernel::Body body,
                        mlx::core::Dtype type = mlx::core::float32);

mlx::core::array float32(const mlx::core::array& x);

/// An operand's floats in a row: in place when they are, else gathered into `memory`.
const float* contiguous(const Strided& x, Temporary& memory);
/// Copies an operand's values, row-major.
template <class T>
void gather(const Strided& x, T* to);

/// An operand whose last axis is in a row, as the kernels that take strides want it.
template <class T = float>
Strided with_rows(const Strided& x, Temporary& memory) {
  if (x.shape.back() == 1 || x.strides.back() == 1) return x;
  T* values = reinterpret_cast<T*>(memory.reserve(x.size()));  // room enough for halves, too
  gather(x, values);
  return {values, x.shape, row_major_strides(x.shape)};
}

void require(bool holds, const char* what);

}  // namespace cmlx
