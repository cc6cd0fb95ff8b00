#include "graph/file_reader.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <stdexcept>

#include "kernels/machine/threads.h"

namespace {

// Large enough for one system call to be cheap, small enough to share a tensor among cores.
constexpr size_t chunk_bytes = size_t(1) << 20;

std::mutex failure_mutex;
std::string first_failure;

void remember_failure(std::string text) {
  std::lock_guard<std::mutex> lock(failure_mutex);
  if (first_failure.empty()) first_failure = std::move(text);
}

class FileReader : public mlx::core::io::Reader {
 public:
  explicit FileReader(const std::string& path)
      : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~FileReader() override {
    if (is_open()) ::close(file_);
  }
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  bool is_open() const override { return file_ >= 0; }
  bool good() const override { return is_open(); }
  std::string label() const override { return path_; }

  // MLX reads the header by position in a stream.
  size_t tell() override { return position_; }
  void seek(int64_t offset, std::ios_base::seekdir way) override {
    position_ = (way == std::ios_base::beg ? 0 : position_) + static_cast<size_t>(offset);
  }
  void read(char* data, size_t bytes) override {
    read(data, bytes, position_);
    position_ += bytes;
  }

  void read(char* data, size_t bytes, size_t offset) override {
    const size_t chunks = (bytes + chunk_bytes - 1) / chunk_bytes;
    bun_asr::parallel_for(chunks, 1, [&](size_t i, size_t end) {
      const size_t first = i * chunk_bytes, last = std::min(bytes, end * chunk_bytes);
      read_chunk(data + first, last - first, offset + first);
    });
  }

 private:
  void read_chunk(char* data, size_t bytes, size_t offset) {
    while (bytes > 0) {
      const ssize_t got = ::pread(file_, data, bytes, static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        const char* why = got == 0 ? "the file became shorter while it was read" : strerror(errno);
        remember_failure(path_ + ": " + why);
        std::memset(data, 0, bytes);
        return;
      }
      data += got;
      bytes -= static_cast<size_t>(got);
      offset += static_cast<size_t>(got);
    }
  }

  std::string path_;
  int file_;
  size_t position_ = 0;
};

}  // namespace

std::shared_ptr<mlx::core::io::Reader> cmlx::open_file(const std::string& path) {
  return std::make_shared<FileReader>(path);
}

void cmlx::throw_read_failure() {
  std::string failure;
  {
    std::lock_guard<std::mutex> lock(failure_mutex);
    failure.swap(first_failure);
  }
  if (!failure.empty()) throw std::runtime_error(failure);
}
