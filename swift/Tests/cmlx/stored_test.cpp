// Weights that are packed from their file are the same as those that were read first, and a file
// that loses its end meanwhile is an error.
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <map>

#include "checks.h"

namespace {

struct Tensor {
  const char* name;
  const char* type;
  cmlx_dtype dtype;
  std::vector<int32_t> shape;
  std::string bytes;
};

using Packed = std::unique_ptr<cmlx_packed_s, decltype(&cmlx_packed_free)>;
using Arrays = std::map<std::string, Array>;

/// Returns where the values begin.
size_t write_file(const std::string& path, const std::vector<Tensor>& tensors) {
  std::string header = "{", values;
  for (const Tensor& tensor : tensors) {
    std::string shape;
    for (auto length : tensor.shape) shape += (shape.empty() ? "" : ",") + std::to_string(length);
    header += (values.empty() ? "\"" : ",\"") + std::string(tensor.name) + "\":{\"dtype\":\"" +
              tensor.type + "\",\"shape\":[" + shape + "],\"data_offsets\":[" +
              std::to_string(values.size()) + "," +
              std::to_string(values.size() + tensor.bytes.size()) + "]}";
    values += tensor.bytes;
  }
  header += "}";
  const uint64_t length = header.size();
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(&length), 8);
  file << header << values;
  return 8 + header.size();
}

Arrays load(const std::string& path) {
  Arrays found;
  cmlx_load_safetensors(path.c_str(), &found, [](void* context, const char* name, cmlx_array x) {
    static_cast<Arrays*>(context)->emplace(name, x);
  });
  return found;
}

std::string random_bytes(size_t count) {
  std::string bytes(count, '\0');
  for (auto& byte : bytes) byte = static_cast<char>(pick(0, 255));
  return bytes;
}

/// Finite numbers of either sign.
std::string random_halves(size_t count) {
  std::string bytes;
  for (size_t i = 0; i < count; i++) {
    bytes += static_cast<char>(pick(0, 255));
    bytes += static_cast<char>(pick(0, 1) * 128 + pick(0x38, 0x3f));
  }
  return bytes;
}

Array in_memory(const Tensor& tensor) {
  return cmlx_new(tensor.bytes.data(), tensor.shape.data(), tensor.shape.size(), tensor.dtype);
}

Array stacked(const std::vector<Array>& parts) {
  std::vector<cmlx_array> handles;
  for (auto& part : parts) handles.push_back(part.get());
  return cmlx_concatenate(handles.data(), handles.size(), 0);
}

/// Every row of the weight.
std::vector<float> rows_of(const Packed& packed, int32_t count) {
  if (!packed) return {};
  std::vector<int32_t> ids;
  for (int32_t id = 0; id < count; id++) ids.push_back(id);
  const Array rows(cmlx_new(ids.data(), &count, 1, CMLX_INT32));
  return Array(cmlx_packed_gather(packed.get(), rows.get())).values();
}

void same_rows(const Packed& read, const Packed& given, int32_t count, const std::string& what) {
  const auto values = rows_of(read, count);
  report(!values.empty() && values == rows_of(given, count), what);
}

/// Outputs that fill no block, blocks over the border of two parts, more than is read at once.
void test_quantized(const std::string& path) {
  for (const int32_t bits : {4, 8}) {
    const int32_t inputs = 192, group = 64, words = inputs * bits / 32;
    std::vector<Tensor> tensors;
    std::vector<Array> codes, scales, biases;
    const std::vector<int32_t> parts = {45, 7, 2050};
    std::vector<std::string> names;
    for (size_t i = 0; i < parts.size(); i++) names.push_back("c" + std::to_string(i));
    for (size_t i = 0; i < parts.size(); i++) names.push_back("s" + std::to_string(i));
    for (size_t i = 0; i < parts.size(); i++) names.push_back("b" + std::to_string(i));
    for (size_t i = 0; i < names.size(); i++) {
      const int32_t rows = parts[i % 3];
      const bool is_code = i < 3;
      const std::vector<int32_t> shape = {rows, is_code ? words : inputs / group};
      const auto size = static_cast<size_t>(shape[0] * shape[1]);
      tensors.push_back({names[i].c_str(), is_code ? "U32" : "BF16",
                         is_code ? CMLX_UINT32 : CMLX_BFLOAT16, shape,
                         is_code ? random_bytes(size * 4) : random_halves(size)});
      (i < 3 ? codes : i < 6 ? scales : biases).push_back(in_memory(tensors.back()));
    }
    write_file(path, tensors);
    const Arrays found = load(path);
    auto part = [&](const char* kind) {
      std::vector<Array> all;
      for (int i = 0; i < 3; i++) all.push_back(found.at(kind + std::to_string(i)));
      return stacked(all);
    };
    auto pack = [&](const Array& code, const Array& scale, const Array& bias) {
      return Packed(
          cmlx_pack_quantized(code.get(), scale.get(), bias.get(), group, bits, CMLX_FULL),
          cmlx_packed_free);
    };
    const std::string what = std::to_string(bits) + " bits from a file";
    same_rows(pack(found.at("c2"), found.at("s2"), found.at("b2")),
              pack(codes[2], scales[2], biases[2]), parts[2], what);
    same_rows(pack(part("c"), part("s"), part("b")),
              pack(stacked(codes), stacked(scales), stacked(biases)),
              parts[0] + parts[1] + parts[2], what + ", in parts");
  }
}

/// Codes, scales and biases that do not belong together are refused: kernels trust shapes.
void test_shapes() {
  const auto codes = [](std::vector<int32_t> shape) {
    const std::vector<uint32_t> zeros(1000);
    return Array(cmlx_new(zeros.data(), shape.data(), shape.size(), CMLX_UINT32));
  };
  auto is_packed = [](const Array& weight, const Array& scales, const Array& biases, int bits) {
    const Packed packed(
        cmlx_pack_quantized(weight.get(), scales.get(), biases.get(), 64, bits, CMLX_FULL),
        cmlx_packed_free);
    return packed != nullptr;
  };
  // 128 inputs of 4 bits are 16 words.
  const Array right = codes({5, 16}), scales = random_array({5, 2});
  report(is_packed(right, scales, scales, 4), "codes with their scales are packed");
  report(!is_packed(codes({5, 15}), scales, scales, 4), "too few codes");
  report(!is_packed(codes({4, 16}), scales, scales, 4), "too few rows of codes");
  report(!is_packed(right, scales, scales, 8), "codes of other bits");
  report(!is_packed(right, scales, random_array({5, 1}), 4), "too few biases");
  report(!is_packed(codes({80}), scales, scales, 4), "codes without rows");
  report(!is_packed(right, random_array({10}), random_array({10}), 4), "scales without rows");
}

void test_dense(const std::string& path) {
  const std::vector<int32_t> shape = {333, 320};
  for (const auto& [type, dtype] :
       {std::pair{"F32", CMLX_FLOAT32}, {"F16", CMLX_FLOAT16}, {"BF16", CMLX_BFLOAT16}}) {
    const size_t size = static_cast<size_t>(shape[0] * shape[1]);
    const auto halves = random_halves(dtype == CMLX_FLOAT32 ? size * 2 : size);
    const Tensor tensor{"a", type, dtype, shape, halves};
    write_file(path, {tensor});
    auto pack = [&](const Array& x) {
      return Packed(cmlx_pack_dense(x.get(), CMLX_FULL), cmlx_packed_free);
    };
    const Array read = load(path).at("a");
    same_rows(pack(read), pack(in_memory(tensor)), shape[0], std::string(type) + " from a file");
    const std::vector<Array> twice = {read, read}, given = {in_memory(tensor), in_memory(tensor)};
    same_rows(pack(stacked(twice)), pack(stacked(given)), 2 * shape[0],
              std::string(type) + " from a file, twice");
  }
}

/// A file that loses its end between the look at its header and the reading.
void test_short_file(const std::string& path) {
  const Tensor tensor{"a", "F32", CMLX_FLOAT32, {64, 4}, std::string(1024, '\0')};
  for (const bool is_packed : {false, true}) {
    const size_t start = write_file(path, {tensor});
    const Array array = load(path).at("a");
    report(truncate(path.c_str(), static_cast<off_t>(start + 4)) == 0, "truncate");
    if (is_packed) {
      report(!cmlx_pack_dense(array.get(), CMLX_FULL), "a short file is not packed");
    } else {
      report(array.values().empty(), "a short file is an error");
    }
    report(std::string(cmlx_error()).find("shorter") != std::string::npos, "that says so");
    report(!random_array({3}).values().empty(), "and no error of what comes next");
  }
}

}  // namespace

void test_stored(const std::string& path) {
  test_quantized(path);
  test_shapes();
  test_dense(path);
  test_short_file(path);
  unlink(path.c_str());
}
