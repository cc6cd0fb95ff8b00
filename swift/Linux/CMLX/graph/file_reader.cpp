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

}  // namespace

namespace cmlx {

FileReader::FileReader(const std::string& path)
    : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}

FileReader::~FileReader() {
  if (is_open()) ::close(file_);
}

void FileReader::seek(int64_t offset, std::ios_base::seekdir way) {
  position_ = (way == std::ios_base::beg ? 0 : position_) + static_cast<size_t>(offset);
}

void FileReader::read(char* data, size_t bytes) {
  read(data, bytes, position_);
  position_ += bytes;
}

void FileReader::read(char* data, size_t bytes, size_t offset) {
  const size_t chunks = (bytes + chunk_bytes - 1) / chunk_bytes;
  bun_asr::parallel_for(chunks, 1, [&](size_t i, size_t end) {
    const size_t first = i * chunk_bytes, last = std::min(bytes, end * chunk_bytes);
    read_here(data + first, last - first, offset + first);
  });
}

void FileReader::read_here(void* data, size_t bytes, size_t offset) const {
  auto* to = static_cast<char*>(data);
  while (bytes > 0) {
    const ssize_t got = ::pread(file_, to, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      const char* why = got == 0 ? "the file became shorter while it was read" : strerror(errno);
      remember_failure(path_ + ": " + why);
      std::memset(to, 0, bytes);
      return;
    }
    to += got;
    bytes -= static_cast<size_t>(got);
    offset += static_cast<size_t>(got);
  }
}

void throw_read_failure() {
  std::string failure;
  {
    std::lock_guard<std::mutex> lock(failure_mutex);
    failure.swap(first_failure);
  }
  if (!failure.empty()) throw std::runtime_error(failure);
}

}  // namespace cmlx
