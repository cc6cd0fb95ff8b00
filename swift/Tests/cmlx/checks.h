// What the tests of this folder share.
#pragma once

#include <cstdio>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "cmlx.h"

inline int passed = 0, failed = 0;
inline std::mt19937 generator(7);

inline void report(bool good, const std::string& what) {
  good ? passed++ : failed++;
  if (!good) std::printf("FAIL %s (%s)\n", what.c_str(), cmlx_error());
}

inline int pick(int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(generator);
}

/// A handle that is freed, with its shape at hand.
class Array {
 public:
  Array(cmlx_array handle) : handle_(handle, cmlx_free) {}
  cmlx_array get() const { return handle_.get(); }
  std::vector<int32_t> shape() const {
    std::vector<int32_t> shape(cmlx_dimensions(get()));
    for (size_t axis = 0; axis < shape.size(); axis++) shape[axis] = cmlx_dimension(get(), axis);
    return shape;
  }
  std::vector<float> values() const {
    size_t size = 1;
    for (auto length : shape()) size *= static_cast<size_t>(length);
    std::vector<float> values(size);
    if (cmlx_read(get(), values.data(), size * sizeof(float)) != 0) values.clear();
    return values;
  }

 private:
  std::shared_ptr<cmlx_array_s> handle_;
};

inline Array random_array(const std::vector<int32_t>& shape) {
  size_t size = 1;
  for (auto length : shape) size *= static_cast<size_t>(length);
  std::vector<float> values(size);
  for (auto& v : values) v = std::normal_distribution<float>()(generator);
  return cmlx_new(values.data(), shape.data(), shape.size(), CMLX_FLOAT32);
}

/// What lies in files, which it writes at `path`.
void test_stored(const std::string& path);
