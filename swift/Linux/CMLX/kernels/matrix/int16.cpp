#include "kernels/matrix/int16.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/machine/scratch.h"

namespace bun_asr {
namespace {

/// Rows so short (the first convolution's) spend their time on what comes before and after.
constexpr size_t min_rounded_inputs = 64;

/// One panel of a block: `columns` neighbouring outputs of [count][columns] floats, from `lane` on.
void round_columns(const float* values, size_t count, size_t columns, size_t lane, uint8_t* panel) {
  float magnitude[block_outputs] = {}, inverse[block_outputs], scale[block_outputs];
  for (size_t k = 0; k < count; k++) {
    for (size_t c = 0; c < columns; c++) {
      magnitude[c] = std::max(magnitude[c], std::abs(values[k * columns + c]));
    }
  }
  for (size_t c = 0; c < columns; c++) {
    scale[c] = magnitude[c] / max_int16_code;
    inverse[c] = magnitude[c] > min_int16_magnitude ? max_int16_code / magnitude[c] : 0;
  }
  std::memcpy(panel + lane * sizeof(float), scale, columns * sizeof(float));
  uint8_t* pairs = panel + int16_panel_header + lane * 4;
  for (size_t k = 0; k < count; k++) {
    for (size_t c = 0; c < columns; c++) {
      // The sum has the nearest integer in its low bits.
      const float sum = values[k * columns + c] * inverse[c] + 0x1.8p23f;
      std::memcpy(pairs + (k / 2 * block_outputs + c) * 4 + k % 2 * 2, &sum, 2);
    }
  }
}

}  // namespace

bool gains_by_int16(size_t inputs) { return table().int16.tile && inputs >= min_rounded_inputs; }

std::shared_ptr<const Packed> rounded_to_int16(const MatrixView& dense) {
  const Table& t = table();
  const size_t inputs = dense.inputs, panels = (inputs + panel_inputs - 1) / panel_inputs;
  MatrixView shape = dense;
  shape.format = Format::int16;
  shape.block_bytes =
      panels * int16_panel_header + (inputs + 1) / 2 * block_outputs * 2 * sizeof(int16_t);
  auto packed = std::make_shared<Packed>(shape, Arithmetic::fast);
  if (!packed->memory()) return nullptr;
  parallel_for(shape.blocks(), 1, [&](size_t b, size_t end) {
    thread_local Scratch<float> memory;
    float* values = memory.reserve(block_outputs * panel_inputs);
    for (; b < end; b++) {
      uint8_t* block = packed->memory() + b * shape.block_bytes;
      if (inputs % 2 != 0) std::memset(block, 0, shape.block_bytes);
      for (size_t k0 = 0; k0 < inputs; k0 += panel_inputs) {
        const size_t count = std::min(panel_inputs, inputs - k0);
        t.fill_panel(dense, b, k0, count, values);
        for (size_t lane = 0; lane < block_outputs; lane += t.tile_columns) {
          round_columns(values + lane * count, count, t.tile_columns, lane,
                        block + k0 / panel_inputs * int16_panel_bytes);
        }
      }
    }
  });
  return packed;
}

}  // namespace bun_asr
