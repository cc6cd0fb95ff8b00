// This folder: products with weight matrices, shared out to threads, for few rows and for many.
//
// Here: the one kind of PackedMatrix: a block of memory and how to read it.
#pragma once

#include "kernels/machine/weight_memory.h"
#include "kernels/table.h"

namespace bun_asr {

class Packed final : public PackedMatrix {
 public:
  /// Takes memory for `shape`; its contents are for the caller to write.
  Packed(const MatrixView& shape, Arithmetic arithmetic);

  uint8_t* memory() const { return memory_.get(); }
  const MatrixView& view() const { return view_; }

  void multiply(const float* x, const Epilogue& epilogue, float* y, size_t rows) const override;
  void gather(const int32_t* ids, float* y, size_t rows) const override;
  void convolve(const Conv2d& shape, const float* x, const Epilogue& epilogue,
                float* y) const override;

 private:
  MatrixView view_;
  Arithmetic arithmetic_;
  std::shared_ptr<uint8_t> memory_;
};

}  // namespace bun_asr
