// Norms, rotation and activations. Their arguments come from the cache, where the kernel before
// them left its results.
#include "measurement.h"
#include "random.h"

namespace bun_asr::bench {
namespace {

template <class Run>
void measure_on(Bench& bench, const char* name, size_t rows, size_t size, const Run& run) {
  const std::vector<float> x = random_floats(rows * size);
  std::vector<float> y(rows * size);
  bench.measure(
      {.group = "rows",
       .shape = std::string(name) + ", " + std::to_string(rows) + " × " + std::to_string(size),
       .bytes = double(x.size() * sizeof(float)),
       .residence = Residence::cache,
       .run = [&](size_t) { run(x.data(), y.data()); }});
}

}  // namespace

void measure_rows(Bench& bench) {
  constexpr size_t audio = 122, prompt = 137;
  constexpr size_t encoder = 896, encoder_inner = 3584, decoder = 1024, decoder_inner = 3072;
  constexpr size_t heads = 16, dim = 128;
  const std::vector<float> weight = random_floats(decoder), bias = random_floats(encoder);
  const int64_t strides[3] = {heads * prompt * dim, prompt * dim, dim};
  measure_on(bench, "rms_norm", prompt, decoder, [&](const float* x, float* y) {
    rms_norm(x, weight.data(), 1e-6f, y, prompt, decoder);
  });
  measure_on(bench, "layer_norm", audio, encoder, [&](const float* x, float* y) {
    layer_norm(x, weight.data(), bias.data(), 1e-5f, y, audio, encoder);
  });
  measure_on(bench, "rope", heads * prompt, dim, [&](const float* x, float* y) {
    const int32_t offset = 0;
    rope(x, strides, y, 1, heads, prompt, dim, dim, 1e6f, 1, &offset);
  });
  measure_on(bench, "gelu", audio, encoder_inner,
             [&](const float* x, float* y) { gelu(x, y, audio * encoder_inner); });
  measure_on(bench, "silu", prompt, decoder_inner,
             [&](const float* x, float* y) { silu(x, y, prompt * decoder_inner); });
}

}  // namespace bun_asr::bench
