// Reads tensors from files, on all cores and with failures reported.
#pragma once

#include <memory>
#include <string>

#include "mlx/io/load.h"

namespace cmlx {

/// A file that is open for reading. What becomes of its values may be computed on the thread that
/// runs MLX's ops, where an exception would end the process. A failed read gives zeros and is
/// remembered: `throw_read_failure` on the calling thread tells it, and whatever was made of the
/// zeros is not used.
class FileReader final : public mlx::core::io::Reader {
 public:
  explicit FileReader(const std::string& path);
  ~FileReader() override;
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  bool is_open() const override { return file_ >= 0; }
  bool good() const override { return is_open(); }
  std::string label() const override { return path_; }

  // MLX reads the header by position in a stream.
  size_t tell() override { return position_; }
  void seek(int64_t offset, std::ios_base::seekdir way) override;
  void read(char* data, size_t bytes) override;

  /// On all cores; any number of threads reads at once, as with `read_here`.
  void read(char* data, size_t bytes, size_t offset) override;
  /// On the calling thread.
  void read_here(void* data, size_t bytes, size_t offset) const;

 private:
  std::string path_;
  int file_;
  size_t position_ = 0;
};

/// Throws the first failure since the last call, if any.
void throw_read_failure();

}  // namespace cmlx
