// Memory for values that live inside one kernel.
#pragma once

#include <cstddef>

namespace cmlx {

/// Floats that a thread keeps from call to call: the last one taken is given back first.
class Temporary {
 public:
  Temporary();
  ~Temporary();
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;

  /// Room for `count` floats; once for each object.
  float* reserve(size_t count);

 private:
  size_t place_;
};

}  // namespace cmlx
