// Products with packed weights, and convolutions. Shapes of Qwen3-ASR-0.6B.
#include "measurement.h"
#include "random.h"

namespace bun_asr::bench {
namespace {

using Matrix = std::shared_ptr<const PackedMatrix>;

constexpr Arithmetic arithmetics[] = {Arithmetic::full, Arithmetic::fast};

/// As many copies of a matrix as no cache holds: the layers of a model, one after the other.
template <class Pack>
std::vector<Matrix> copies(const Pack& pack) {
  std::vector<Matrix> matrices{pack()};
  while (matrices.size() * matrices[0]->bytes < Limits::working_set()) matrices.push_back(pack());
  return matrices;
}

std::string product_shape(size_t rows, const PackedMatrix& weights, const std::string& type) {
  return type + ", " + std::to_string(rows) + " × " + std::to_string(weights.inputs) + " → " +
         std::to_string(weights.outputs);
}

void measure_product(Bench& bench, const std::string& group, const std::string& type,
                     const std::vector<Matrix>& weights, size_t rows, Arithmetic arithmetic,
                     Operand operand) {
  const PackedMatrix& matrix = *weights[0];
  const std::vector<float> x = random_floats(rows * matrix.inputs);
  std::vector<float> y(rows * matrix.outputs);
  bench.measure({.group = group,
                 .shape = product_shape(rows, matrix, type),
                 .arithmetic = arithmetic,
                 .operand = arithmetic == Arithmetic::fast ? operand : Operand::f32,
                 .operations = 2.0 * double(rows * matrix.inputs * matrix.outputs),
                 .bytes = double(matrix.bytes + x.size() * sizeof(float)),
                 .run = [&](size_t turn) {
                   weights[turn % weights.size()]->multiply(x.data(), {}, y.data(), rows);
                 }});
}

}  // namespace

/// gate_proj and up_proj of the decoder.
void measure_quantized_products(Bench& bench) {
  constexpr size_t inputs = 1024, outputs = 3072, group = 64, scales = outputs * inputs / group;
  const std::vector<int> all_bits =
      bench.quick() ? std::vector<int>{4, 8} : std::vector<int>{4, 5, 6, 8};
  const std::vector<size_t> all_rows =
      bench.quick() ? std::vector<size_t>{1, 8, 137} : std::vector<size_t>{1, 2, 4, 8, 16, 137};
  const std::vector<uint16_t> scale = random_bf16(scales), bias = random_bf16(scales);
  for (int bits : all_bits) {
    const std::vector<uint32_t> codes = random_words(outputs * inputs * size_t(bits) / 32);
    for (Arithmetic arithmetic : arithmetics) {
      const auto weights = copies([&] {
        return PackedMatrix::quantized(codes.data(), scale.data(), bias.data(), Storage::bf16,
                                       outputs, inputs, bits, int(group), arithmetic);
      });
      for (size_t rows : all_rows) {
        measure_product(bench, "quantized product", std::to_string(bits) + " bits", weights, rows,
                        arithmetic, Operand::int8);
      }
    }
  }
}

/// fc1 and conv_out of the encoder.
void measure_dense_products(Bench& bench) {
  constexpr struct {
    size_t inputs, outputs;
  } shapes[] = {{896, 3584}, {7680, 896}};
  const std::vector<Storage> storages = bench.quick()
                                            ? std::vector<Storage>{Storage::bf16}
                                            : std::vector<Storage>{Storage::bf16, Storage::f32};
  for (const auto& [inputs, outputs] : shapes) {
    const std::vector<uint16_t> halves = random_bf16(inputs * outputs);
    const std::vector<float> floats = random_floats(inputs * outputs);
    for (Storage storage : storages) {
      const bool half = storage == Storage::bf16;
      const void* values = half ? static_cast<const void*>(halves.data()) : floats.data();
      for (Arithmetic arithmetic : arithmetics) {
        const auto weights = copies(
            [&] { return PackedMatrix::dense(values, storage, outputs, inputs, arithmetic); });
        for (size_t rows : {1, 122}) {
          measure_product(bench, "dense product", half ? "bf16" : "f32", weights, rows, arithmetic,
                          Operand::int8);
        }
      }
    }
  }
}

/// The stem: seconds of audio as images of 128 mels × 100 frames.
void measure_convolutions(Bench& bench) {
  constexpr struct {
    size_t height, width, in;
  } stages[] = {{128, 100, 1}, {64, 50, 480}, {32, 25, 480}};
  constexpr size_t out = 480;
  const size_t images = bench.quick() ? 2 : 10;
  for (const auto& [height, width, in] : stages) {
    const Conv2d shape{images, height, width, in, out, 3, 3, 2, 2, 1, 1};
    const size_t pixels = images * shape.out_height() * shape.out_width();
    const std::vector<float> x = random_floats(images * height * width * in);
    const std::vector<uint16_t> weights = random_bf16(out * 9 * in);
    std::vector<float> y(pixels * out);
    for (Arithmetic arithmetic : arithmetics) {
      const Matrix matrix =
          PackedMatrix::convolution(weights.data(), Storage::bf16, shape, arithmetic);
      bench.measure({.group = "convolution",
                     .shape = std::to_string(images) + " × " + std::to_string(height) + " × " +
                              std::to_string(width) + " × " + std::to_string(in) + " → 480",
                     .arithmetic = arithmetic,
                     .operand = arithmetic == Arithmetic::fast ? Operand::int8 : Operand::f32,
                     .operations = 2.0 * double(pixels * 9 * in * out),
                     .bytes = double(matrix->bytes + x.size() * sizeof(float)),
                     .residence = Residence::cache,
                     .run = [&](size_t) { matrix->convolve(shape, x.data(), {}, y.data()); }});
    }
  }
}

}  // namespace bun_asr::bench
