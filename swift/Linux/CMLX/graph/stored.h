// Arrays that lie in files until somebody needs them.
#pragma once

#include <memory>

#include "graph/file_reader.h"
#include "graph/primitive.h"
#include "kernels/weight_rows.h"

namespace cmlx {

/// The values of a tensor in a file, which are read where something is computed from them. Weights
/// never are: they are packed from the file (`Rows`).
class Stored final : public Kernel {
 public:
  Stored(Operands none, std::shared_ptr<FileReader> file, size_t offset, size_t bytes);

  /// `tensor` as MLX's own loader gives it, over the file that it was given. What is not read as it
  /// lies there stays as it is.
  static mlx::core::array from(const mlx::core::array& tensor, std::shared_ptr<FileReader> file);

  /// What `x` will be read by; nullptr when it is something else, or has been read.
  static const Stored* pending(const mlx::core::array& x);

  /// Rows of `row_bytes`.
  void read(size_t first, size_t count, size_t row_bytes, uint8_t* to) const {
    file_->read_here(to, count * row_bytes, offset_ + first * row_bytes);
  }

 private:
  std::shared_ptr<FileReader> file_;
  size_t offset_;
};

/// The rows of a weight [rows, …]: from files where it lies there, alone or as parts that were
/// concatenated, else evaluated.
class Rows final : public bun_asr::WeightRows {
 public:
  explicit Rows(const mlx::core::array& weight);
  const uint8_t* read(size_t first, size_t count, uint8_t* room) const override;

 private:
  std::vector<mlx::core::array> parts_;
  size_t row_bytes_;
};

}  // namespace cmlx
