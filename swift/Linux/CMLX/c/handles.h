// This folder: the functions of cmlx.h, as thin as they can be; where a name is C, nothing else is.
//
// Here: how C++ values hide behind the C handles, and where exceptions end.
#pragma once

#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "include/cmlx.h"
#include "kernels/kernels.h"
#include "mlx/array.h"

struct cmlx_array_s {
  mlx::core::array value;
};

struct cmlx_packed_s {
  std::shared_ptr<const bun_asr::PackedMatrix> value;
};

namespace cmlx {

void set_error(const char* what);

inline cmlx_array wrap(mlx::core::array value) { return new cmlx_array_s{std::move(value)}; }

inline mlx::core::Shape shape(const int32_t* values, size_t count) {
  return mlx::core::Shape(values, values + count);
}

inline std::vector<mlx::core::array> arrays(const cmlx_array* handles, size_t count) {
  std::vector<mlx::core::array> result;
  result.reserve(count);
  for (size_t i = 0; i < count; i++) result.push_back(handles[i]->value);
  return result;
}

// Runs `body`; a C++ exception becomes `failure` and the thread's error text.
template <class Result, class Body>
Result guarded(Result failure, Body body) noexcept {
  try {
    return body();
  } catch (const std::exception& error) {
    set_error(error.what());
  } catch (...) {
    set_error("unknown C++ exception");
  }
  return failure;
}

template <class Body>
cmlx_array make(Body body) noexcept {
  return guarded<cmlx_array>(nullptr, [&] { return wrap(body()); });
}

}  // namespace cmlx
