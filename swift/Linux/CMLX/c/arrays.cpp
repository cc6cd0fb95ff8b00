// Arrays: making, reading, evaluating, loading.
#include <cstring>
#include <stdexcept>

#include "c/handles.h"
#include "graph/evaluate.h"
#include "graph/primitive.h"
#include "graph/stored.h"
#include "kernels/machine/cores.h"
#include "kernels/table.h"
#include "mlx/mlx.h"

namespace mx = mlx::core;
using cmlx::guarded;
using cmlx::make;

namespace {

thread_local std::string last_error;

mx::Dtype dtype(cmlx_dtype value) {
  switch (value) {
    case CMLX_BOOL: return mx::bool_;
    case CMLX_UINT8: return mx::uint8;
    case CMLX_UINT16: return mx::uint16;
    case CMLX_UINT32: return mx::uint32;
    case CMLX_UINT64: return mx::uint64;
    case CMLX_INT8: return mx::int8;
    case CMLX_INT16: return mx::int16;
    case CMLX_INT32: return mx::int32;
    case CMLX_INT64: return mx::int64;
    case CMLX_FLOAT16: return mx::float16;
    case CMLX_FLOAT32: return mx::float32;
    case CMLX_FLOAT64: return mx::float64;
    case CMLX_BFLOAT16: return mx::bfloat16;
    case CMLX_COMPLEX64: return mx::complex64;
  }
  throw std::invalid_argument("unknown dtype");
}

static_assert(static_cast<int>(mx::Dtype::Val::bool_) == CMLX_BOOL);
static_assert(static_cast<int>(mx::Dtype::Val::uint32) == CMLX_UINT32);
static_assert(static_cast<int>(mx::Dtype::Val::int32) == CMLX_INT32);
static_assert(static_cast<int>(mx::Dtype::Val::float16) == CMLX_FLOAT16);
static_assert(static_cast<int>(mx::Dtype::Val::float32) == CMLX_FLOAT32);
static_assert(static_cast<int>(mx::Dtype::Val::bfloat16) == CMLX_BFLOAT16);
static_assert(static_cast<int>(mx::Dtype::Val::complex64) == CMLX_COMPLEX64);

}  // namespace

void cmlx::set_error(const char* what) { last_error = what; }

const char* cmlx_error() { return last_error.c_str(); }

const char* cmlx_kernels() {
  if (const char* problem = bun_asr::kernels_problem()) {
    cmlx::set_error(problem);
    return nullptr;
  }
  return bun_asr::kernels_name();
}

const char* cmlx_kernel_table(size_t index) {
  for (auto t = bun_asr::all_tables(); *t; t++) {
    if ((*t)->supported() && index-- == 0) return (*t)->name;
  }
  return nullptr;
}

void cmlx_set_threads(size_t count) { bun_asr::set_thread_count(count); }

size_t cmlx_threads() { return bun_asr::thread_count(); }

size_t cmlx_cores() { return bun_asr::usable_cores(); }

const char* cmlx_version() { return mx::version(); }

cmlx_array cmlx_new(const void* data, const int32_t* shape, size_t dimensions, cmlx_dtype type) {
  return make([&] {
    mx::Shape extent = cmlx::shape(shape, dimensions);
    size_t bytes = mx::size_of(dtype(type));
    for (auto size : extent) bytes *= static_cast<size_t>(size);
    auto buffer = mx::allocator::malloc(bytes);
    std::memcpy(buffer.raw_ptr(), data, bytes);
    return mx::array(buffer, std::move(extent), dtype(type));
  });
}

void cmlx_free(cmlx_array array) { delete array; }

size_t cmlx_dimensions(cmlx_array array) { return array->value.ndim(); }

int32_t cmlx_dimension(cmlx_array array, size_t axis) {
  return array->value.shape(static_cast<int>(axis));
}

cmlx_dtype cmlx_dtype_of(cmlx_array array) {
  return static_cast<cmlx_dtype>(array->value.dtype().val());
}

int cmlx_read(cmlx_array array, void* out, size_t bytes) {
  return guarded(-1, [&] {
    cmlx::evaluate({array->value});
    mx::array values = array->value;
    if (!values.flags().row_contiguous) {
      values = mx::contiguous(values);
      values.eval();
    }
    if (values.nbytes() != bytes) throw std::invalid_argument("the buffer has the wrong size");
    std::memcpy(out, values.data<char>(), bytes);
    return 0;
  });
}

int cmlx_eval(const cmlx_array* arrays, size_t count) {
  return guarded(-1, [&] {
    cmlx::evaluate(cmlx::arrays(arrays, count));
    return 0;
  });
}

int cmlx_load_safetensors(const char* path, void* context,
                          void (*found)(void* context, const char* name, cmlx_array array)) {
  return guarded(-1, [&] {
    const auto file = std::make_shared<cmlx::FileReader>(path);
    for (auto& [name, value] : mx::load_safetensors(file).first) {
      found(context, name.c_str(), cmlx::wrap(cmlx::Stored::from(value, file)));
    }
    return 0;
  });
}

cmlx_array cmlx_full(const int32_t* shape, size_t dimensions, float value, cmlx_dtype type) {
  return make([&] { return mx::full(cmlx::shape(shape, dimensions), value, dtype(type)); });
}

cmlx_array cmlx_unset(const int32_t* shape, size_t dimensions, cmlx_dtype type) {
  return make([&] {
    const auto nothing = [](const cmlx::Strided*, void*) {};
    return cmlx::kernel("Unset", cmlx::Kernel::Cost::substantial, cmlx::shape(shape, dimensions),
                        {}, nothing, dtype(type));
  });
}

cmlx_array cmlx_view(cmlx_array x, cmlx_dtype type) {
  return make([&] { return mx::view(x->value, dtype(type)); });
}

cmlx_array cmlx_astype(cmlx_array x, cmlx_dtype type) {
  return make([&] { return mx::astype(x->value, dtype(type)); });
}
