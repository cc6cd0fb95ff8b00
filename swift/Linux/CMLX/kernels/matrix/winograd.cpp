#include "kernels/matrix/winograd.h"

#include <algorithm>
#include <numeric>

#include "kernels/machine/scratch.h"
#include "kernels/matrix/int16.h"
#include "kernels/matrix/rounded_bytes.h"

namespace bun_asr {
namespace {

constexpr size_t products = 9;
constexpr size_t patch = 5 * 5;
/// Patches that are rounded before they are multiplied: enough to pay for decoding the weights, and
/// few enough for the caches.
constexpr size_t max_band_patches = 112;

/// Channels that product [a][c] sums over, in units of those of the picture.
constexpr size_t terms_of(size_t product) {
  const size_t ends = (product / 3 != 1) + (product % 3 != 1);
  return ends == 2 ? 4 : ends + 1;
}

/// Inputs of a product: whole spans.
size_t inputs_of(size_t product, size_t channels) {
  return (terms_of(product) * channels + max_span_inputs - 1) / max_span_inputs * max_span_inputs;
}

/// What three products take of two taps.
float folded(float first, float second, size_t place) {
  return place == 0 ? first : place == 1 ? first + second : second;
}

/// The weights of product [a][c] of one output, of whose [3][3] taps there are `channels` floats
/// each.
void fold_weights(const float* taps, size_t channels, size_t product, float* to) {
  const size_t a = product / 3, c = product % 3;
  auto tap = [&](size_t row, size_t column) { return taps + (3 * row + column) * channels; };
  for (size_t i = 0; i < channels; i++) {
    to[i] = folded(folded(tap(0, 0)[i], tap(2, 0)[i], a), folded(tap(0, 2)[i], tap(2, 2)[i], a), c);
  }
  if (c != 1) {
    to += channels;
    for (size_t i = 0; i < channels; i++) to[i] = folded(tap(0, 1)[i], tap(2, 1)[i], a);
  }
  if (a != 1) {
    to += channels;
    for (size_t i = 0; i < channels; i++) to[i] = folded(tap(1, 0)[i], tap(1, 2)[i], c);
  }
  if (a != 1 && c != 1) std::copy_n(tap(1, 1), channels, to + channels);
}

/// The pixels of a result as squares of 2 x 2, those at the far edges perhaps not whole.
struct Squares {
  const Conv2d& shape;
  size_t lines = (shape.out_height() + 1) / 2, columns = (shape.out_width() + 1) / 2;

  size_t count() const { return shape.batch * lines * columns; }
  size_t image(size_t square) const { return square / (lines * columns); }
  size_t line(size_t square) const { return square / columns % lines * 2; }
  size_t column(size_t square) const { return square % columns * 2; }

  /// The pixels that a square sees; `outside` for what lies beyond the picture.
  void pixels(size_t square, const float* x, const float* outside, const float** to) const {
    const float* picture = x + image(square) * shape.height * shape.width * shape.in;
    for (size_t i = 0; i < patch; i++) {
      // Below the padding the differences wrap around to what is outside, too.
      const size_t h = line(square) * 2 + i / 5 - shape.pad_h;
      const size_t w = column(square) * 2 + i % 5 - shape.pad_w;
      const bool inside = h < shape.height && w < shape.width;
      to[i] = inside ? picture + (h * shape.width + w) * shape.in : outside;
    }
  }
};

/// The inputs of one product as the table in use multiplies them with its weights: rounded to bytes
/// or to int16, or floats where only another table multiplies int16.
class Product {
 public:
  explicit Product(const MatrixView& weights)
      : weights_(weights), int16_(weights.format == Format::int16 && table_.int16.tile) {}

  /// Bytes of a row of a panel.
  size_t row_bytes() const {
    if (weights_.group) return sizeof(Int8Row);
    return int16_ ? int16_row_bytes : tile_stride * sizeof(float);
  }

  /// One row of inputs to [panels][rows], of which `to` is the place in the first panel.
  void hold(const float* x, uint8_t* to, size_t rows) const {
    if (weights_.group) {
      return table_.int8.quantize(weights_, x, reinterpret_cast<Int8Row*>(to), rows);
    }
    for (size_t k0 = 0; k0 < weights_.inputs; k0 += panel_inputs, to += rows * row_bytes()) {
      const size_t count = std::min(panel_inputs, weights_.inputs - k0);
      if (int16_) {
        table_.int16.round_row(x + k0, count, to);
      } else {
        std::copy_n(x + k0, count, reinterpret_cast<float*>(to));
      }
    }
  }

  /// sums[rows][32] += x W^T for the outputs of one block, panels of x `stride` rows apart.
  void add(size_t block, const uint8_t* x, size_t stride, size_t rows, float* sums) const {
    thread_local Scratch<uint8_t> memory;
    uint8_t* panel = memory.reserve(std::max(int8_panel_bytes, tile_stride * block_outputs * 4));
    const size_t tile_rows = weights_.group ? table_.int8.tile_rows : table_.tile_rows;
    const size_t tiles = (rows + tile_rows - 1) / tile_rows;
    for (size_t k0 = 0; k0 < weights_.inputs; k0 += panel_inputs, x += stride * row_bytes()) {
      const size_t count = std::min(panel_inputs, weights_.inputs - k0);
      decode(block, k0, count, panel);
      for (size_t i = 0; i < tiles; i++) {
        const size_t row = rows * i / tiles, height = rows * (i + 1) / tiles - row;
        multiply(x + row * row_bytes(), height, block, k0, count, panel,
                 sums + row * block_outputs);
      }
    }
  }

 private:
  void decode(size_t block, size_t k0, size_t count, uint8_t* panel) const {
    if (weights_.group) return table_.int8.fill_panel(weights_, block, k0, count, panel);
    if (!int16_) table_.fill_panel(weights_, block, k0, count, reinterpret_cast<float*>(panel));
  }

  void multiply(const uint8_t* x, size_t rows, size_t block, size_t k0, size_t count,
                const uint8_t* panel, float* sums) const {
    if (weights_.group) {
      const auto* rounded = reinterpret_cast<const Int8Row*>(x);
      return table_.int8.tile(weights_, rounded, rows, panel, count, sums);
    }
    if (int16_) {
      return table_.int16.tile(x, rows, weights_.int16_panel(block, k0), count, sums, block_outputs,
                               block_outputs, nullptr, true);
    }
    const auto* floats = reinterpret_cast<const float*>(panel);
    for (size_t c = 0; c < block_outputs; c += table_.tile_columns) {
      table_.tile(reinterpret_cast<const float*>(x), rows, floats + c * count, count, sums + c,
                  block_outputs, table_.tile_columns, nullptr, true);
    }
  }

  const Table& table_ = table();
  const MatrixView& weights_;
  bool int16_;
};

class Winograd final : public PackedMatrix {
 public:
  Winograd(const Conv2d& shape, std::shared_ptr<const Packed> (&packed)[products]) {
    outputs = shape.out;
    inputs = patch_taps * shape.in;
    for (size_t i = 0; i < products; i++) {
      first_panel_[i] = panels_;
      panels_ += (packed[i]->inputs + panel_inputs - 1) / panel_inputs;
      bytes += packed[i]->bytes;
      packed_[i] = std::move(packed[i]);
    }
  }

  // The weights of a convolution are not multiplied as a matrix, nor looked up.
  void multiply(const float*, const Epilogue&, float*, size_t) const override { std::abort(); }
  void gather(const int32_t*, float*, size_t) const override { std::abort(); }

  void convolve(const Conv2d& shape, const float* x, const Epilogue& epilogue,
                float* y) const override {
    thread_local Scratch<uint8_t> memory;
    const Squares squares{shape};
    const size_t count = squares.count();
    const size_t bands = (count + max_band_patches - 1) / max_band_patches;
    for (size_t band = 0; band < bands; band++) {
      const size_t first = count * band / bands, rows = count * (band + 1) / bands - first;
      uint8_t* held = memory.reserve(panels_ * rows * Product(packed_[0]->view()).row_bytes());
      hold(squares, x, first, rows, held);
      multiply(squares, held, epilogue, first, rows, y);
    }
  }

 private:
  static constexpr size_t patch_taps = 9;

  /// Patches [first, first + rows) to [panels][rows].
  void hold(const Squares& squares, const float* x, size_t first, size_t rows, uint8_t* to) const {
    const Table& t = table();
    const size_t channels = squares.shape.in;
    parallel_for(rows, 2, [&](size_t r, size_t end) {
      thread_local Scratch<float> memory;
      size_t room = channels;
      for (auto& packed : packed_) room += packed->inputs;
      float* floats = memory.reserve(room);
      std::fill_n(floats, room, 0.0f);
      float* inputs[products];
      float* next = floats + channels;
      for (size_t i = 0; i < products; next += packed_[i++]->inputs) inputs[i] = next;
      for (; r < end; r++) {
        const float* pixels[patch];
        squares.pixels(first + r, x, floats, pixels);
        t.winograd_patch(pixels, channels, inputs);
        for (size_t i = 0; i < products; i++) {
          const Product product(packed_[i]->view());
          product.hold(inputs[i], to + (first_panel_[i] * rows + r) * product.row_bytes(), rows);
        }
      }
    });
  }

  void multiply(const Squares& squares, const uint8_t* held, const Epilogue& epilogue, size_t first,
                size_t rows, float* y) const {
    const size_t blocks = packed_[0]->view().blocks(), threads = thread_count();
    // Tasks that all threads have as many of, unless the parts of the rows would be too few to pay
    // for decoding weights; a loop shares out evenly what is a multiple of eight turns a thread.
    const size_t parts = std::clamp<size_t>(std::lcm(blocks, threads) / blocks, 1, rows / 32 + 1);
    const size_t tasks = blocks * parts, turns = std::min(tasks, threads * 8);
    parallel_for(turns, 1, [&](size_t turn, size_t end) {
      thread_local Scratch<float> memory;
      for (size_t task = tasks * turn / turns; task < tasks * end / turns; task++) {
        const size_t block = task / parts, part = task % parts;
        const size_t begin = rows * part / parts, here = rows * (part + 1) / parts - begin;
        float* sums = memory.reserve(products * here * block_outputs);
        std::fill_n(sums, products * here * block_outputs, 0.0f);
        for (size_t i = 0; i < products; i++) {
          const Product product(packed_[i]->view());
          const size_t at = (first_panel_[i] * rows + begin) * product.row_bytes();
          product.add(block, held + at, rows, here, sums + i * here * block_outputs);
        }
        finish(squares, epilogue, block, first + begin, here, sums, y);
      }
    });
  }

  /// From the sums of the nine products [9][rows][32] to pixels of y.
  void finish(const Squares& squares, const Epilogue& epilogue, size_t block, size_t first,
              size_t rows, const float* sums, float* y) const {
    const Table& t = table();
    const Conv2d& shape = squares.shape;
    const size_t height = shape.out_height(), width = shape.out_width();
    const size_t output = block * block_outputs, count = std::min(block_outputs, outputs - output);
    float bias[block_outputs] = {};
    if (epilogue.bias) std::copy_n(epilogue.bias + output, count, bias);
    for (size_t r = 0; r < rows; r++) {
      float pixels[4][block_outputs];
      for (size_t i = 0; i < 4; i++) {
        const float* corner = sums + ((3 * (i / 2) + i % 2) * rows + r) * block_outputs;
        const float *right = corner + rows * block_outputs, *below = right + 2 * (right - corner);
        const float* across = below + rows * block_outputs;
        for (size_t lane = 0; lane < block_outputs; lane++) {
          pixels[i][lane] = bias[lane] + corner[lane] + right[lane] + below[lane] + across[lane];
        }
      }
      t.finish_rows(pixels[0], 4, block_outputs, count, epilogue.gelu, nullptr);
      const size_t square = first + r;
      for (size_t i = 0; i < 4; i++) {
        const size_t h = squares.line(square) + i / 2, w = squares.column(square) + i % 2;
        if (h >= height || w >= width) continue;
        const size_t at = ((squares.image(square) * height + h) * width + w) * outputs + output;
        if (epilogue.residual) {
          for (size_t lane = 0; lane < count; lane++)
            pixels[i][lane] += epilogue.residual[at + lane];
        }
        std::copy_n(pixels[i], count, y + at);
      }
    }
  }

  std::shared_ptr<const Packed> packed_[products];
  size_t first_panel_[products];
  size_t panels_ = 0;
};

}  // namespace

bool gains_by_winograd(const Conv2d& s) {
  const bool fits = s.kh == 3 && s.kw == 3 && s.stride_h == 2 && s.stride_w == 2;
  // With fewer channels the sums and differences take longer than the products that they save.
  const bool gains = gains_by_bytes(max_span_inputs) || gains_by_int16(s.in);
  return fits && s.in % block_outputs == 0 && s.in >= 256 && gains;
}

std::shared_ptr<const PackedMatrix> winograd(const WeightRows& weights, Storage storage,
                                             const Conv2d& shape) {
  const size_t channels = shape.in, taps = shape.kh * shape.kw, row_size = taps * channels;
  Scratch<float> rows_memory, folded_memory;
  float* rows = rows_memory.reserve(shape.out * row_size);
  parallel_for(shape.out, 1, [&](size_t o, size_t end) {
    thread_local Scratch<uint8_t> memory;
    // No storage takes more than a float.
    uint8_t* room = memory.reserve(row_size * sizeof(float));
    for (; o < end; o++) {
      table().to_floats(storage, weights.read(o, 1, room), row_size, rows + o * row_size);
    }
  });
  std::shared_ptr<const Packed> packed[products];
  for (size_t product = 0; product < products; product++) {
    const size_t inputs = inputs_of(product, channels);
    float* folded = folded_memory.reserve(shape.out * inputs);
    parallel_for(shape.out, 1, [&](size_t o, size_t end) {
      for (; o < end; o++) {
        const size_t filled = terms_of(product) * channels;
        fold_weights(rows + o * row_size, channels, product, folded + o * inputs);
        std::fill(folded + o * inputs + filled, folded + (o + 1) * inputs, 0.0f);
      }
    });
    packed[product] = std::static_pointer_cast<const Packed>(
        PackedMatrix::dense(folded, Storage::f32, shape.out, inputs, Arithmetic::fast));
    if (!packed[product]) return nullptr;
  }
  return std::make_shared<Winograd>(shape, packed);
}

}  // namespace bun_asr
