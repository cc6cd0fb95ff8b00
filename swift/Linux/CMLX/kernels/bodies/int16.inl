// Products of int16, for tables whose instruction set multiplies pairs of them: twice as many
// products an instruction as of floats. Included after kernels.inl.
//
// Activations, a panel of 256 inputs of one row, and weights, such a panel of one output, are
// multiples of a 2896th of their largest magnitude, so the 256 products of a panel fit 32 bits:
// 2896^2 256 < 2^31. A float scale for each takes their sum back. The rounding is that of 12.5 bits
// a term, some 5e-5 of the largest, and never depends on other rows.

template <class Dot>
concept Int16Dot = requires(uint8_t* results, const uint8_t* pair, Words words, Words* sums) {
  Dot::store_halves(results, words);  // the low 16 bits of each word
  // To each of `tile_vectors` sums, the products of both int16 at `pair` with those of its words.
  Dot::add_products(pair, &words, sums);
};
static_assert(Int16Dot<Int16>);

static void int16_round_row(const float* x, size_t count, uint8_t* to) {
  Vec top = broadcast(0);
  for (size_t i = 0; i < count; i += width) {
    const Vec value = load(x + i);
    top = max(max(value, broadcast(0) - value), top);
  }
  const float magnitude = largest(top), scale = magnitude / max_int16_code;
  const float inverse = magnitude > min_int16_magnitude ? max_int16_code / magnitude : 0;
  for (size_t i = 0; i < count; i += width) {
    Int16::store_halves(to + 2 * i, round_words(load(x + i) * broadcast(inverse)));
  }
  memcpy(to + int16_row_scale, &scale, sizeof scale);
}

/// All columns of the tile, from `lane` of the panel's outputs on.
template <int R>
static void whole_int16_tile(const uint8_t* a, const uint8_t* panel, size_t lane, size_t pairs,
                             float* y, size_t ldy, const float* bias, bool add) {
  constexpr int V = tile_vectors;
  const uint8_t* words = panel + int16_panel_header + lane * 4;
  Words sum[R][V];
  UNROLL for (int r = 0; r < R; r++) {
    UNROLL for (int v = 0; v < V; v++) {
      sum[r][v] = as_words(broadcast(0));
      if (add) __builtin_prefetch(y + r * ldy + v * width, 1);
    }
  }
#pragma clang loop unroll_count(4)
  for (size_t k = 0; k < pairs; k++) {
    Words weight[V];
    UNROLL for (int v = 0; v < V; v++) {
      weight[v] = load_words(words + (k * block_outputs + v * width) * 4);
    }
    UNROLL for (int r = 0; r < R; r++) {
      const uint8_t* pair = a + r * int16_row_bytes + k * 4;
      Int16::add_products(pair, weight, sum[r]);
    }
  }
  const float* scales = reinterpret_cast<const float*>(panel) + lane;
  UNROLL for (int r = 0; r < R; r++) {
    const Vec scale =
        broadcast(*reinterpret_cast<const float*>(a + r * int16_row_bytes + int16_row_scale));
    UNROLL for (int v = 0; v < V; v++) {
      float* to = y + r * ldy + v * width;
      const Vec before = add ? load(to) : bias ? load(bias + v * width) : broadcast(0);
      store(to, fma(to_float(sum[r][v]), load(scales + v * width) * scale, before));
    }
  }
}

template <int R>
static void int16_tile_of(const uint8_t* a, const uint8_t* panel, size_t pairs, float* y,
                          size_t ldy, size_t columns, const float* bias, bool add) {
  for (size_t lane = 0; lane < columns; lane += tile_columns, y += tile_columns) {
    const float* bias_here = bias ? bias + lane : nullptr;
    if (lane + tile_columns <= columns) {
      whole_int16_tile<R>(a, panel, lane, pairs, y, ldy, bias_here, add);
      continue;
    }
    const size_t here = columns - lane;
    float whole[R * tile_columns] = {}, whole_bias[tile_columns] = {};
    for (size_t c = 0; c < here; c++) {
      if (bias) whole_bias[c] = bias_here[c];
      for (size_t r = 0; add && r < R; r++) whole[r * tile_columns + c] = y[r * ldy + c];
    }
    whole_int16_tile<R>(a, panel, lane, pairs, whole, tile_columns, whole_bias, add);
    for (size_t r = 0; r < R; r++) {
      for (size_t c = 0; c < here; c++) y[r * ldy + c] = whole[r * tile_columns + c];
    }
  }
}

template <int R>
static void int16_tile_up_to(const uint8_t* a, size_t rows, const uint8_t* panel, size_t pairs,
                             float* y, size_t ldy, size_t columns, const float* bias, bool add) {
  if (rows == R) return int16_tile_of<R>(a, panel, pairs, y, ldy, columns, bias, add);
  if constexpr (R > 1) {
    int16_tile_up_to<R - 1>(a, rows, panel, pairs, y, ldy, columns, bias, add);
  }
}

static void int16_tile(const uint8_t* a, size_t rows, const uint8_t* panel, size_t count, float* y,
                       size_t ldy, size_t columns, const float* bias, bool add) {
  int16_tile_up_to<tile_rows>(a, rows, panel, (count + 1) / 2, y, ldy, columns, bias, add);
}

static constexpr Int16Kernels int16_kernels = {
#define INT16_KERNEL(result, entry, arguments) .entry = int16_##entry,
#include "kernels/table.inl"
};
