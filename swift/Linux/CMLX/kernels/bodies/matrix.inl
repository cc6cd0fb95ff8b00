// Matrix kernels of one table: after weights.inl in kernels.inl.
//
// few_rows   Reads every weight once and does little with it, so it is bound by memory (4-bit: 0.5
//            bytes a weight and 4 bytes per 64 of them for scale and bias) and, with one core, by
//            turning codes into floats. That takes two instructions a vector: a code is masked
//            where it lies in its 32-bit word and converted, and the power of two by which it is
//            then too large has been divided out of x before. Lanes are outputs: no sums across
//            lanes.
// fill_panel Decodes 32 outputs x 256 inputs to floats for `tile`; 1/rows of the work of a product.
// tile       The register tile, bound by FMA: a panel of weights (16 or 32 KB, first-level cache)
//            times a few rows of activations (read as broadcasts, second-level cache). It is as
//            large as the register file allows, so that loads stay below the FMAs.

/// Bit position of input j of a word of codes. 4-bit words keep inputs 0-3 in the low nibbles of
/// their bytes and 4-7 in the high ones: four neighbouring inputs can also be used as bytes.
template <int Bits>
LANE_FUNCTION constexpr int code_position(int j) {
  return Bits == 4 ? 8 * (j & 3) + 4 * (j >> 2) : Bits * j;
}

/// Code j of each word, times 2^code_position(j), except the uppermost, which would be negative.
template <int Bits>
LANE_FUNCTION Vec code_in_place(Words word, int j) {
  const int at = code_position<Bits>(j);
  if (at + Bits == 32) return to_float(shift_right(word, at));
  return to_float(mask(word, ((1u << Bits) - 1) << at));
}

template <int Bits>
LANE_FUNCTION float in_place_factor(int j) {
  const int at = code_position<Bits>(j);
  return at + Bits == 32 ? 1.0f : 1.0f / float(1u << at);
}

/// One group of a block of codes: scales, biases, words.
struct Group {
  const uint8_t *scales, *biases, *words;
};

LANE_FUNCTION Group group_at(const MatrixView& m, size_t block, size_t g, int bits) {
  const size_t header = block_outputs * scale_bytes(m.scale_storage);
  const size_t words = m.group * size_t(bits) / 8 * block_outputs;
  const uint8_t* p = m.block(block) + g * (2 * header + words);
  return {p, p + header, p + 2 * header};
}

// ---- few rows ----------------------------------------------------------------------------------

/// y[row, outputs of `block` from `lane` on] = total + bias, cut off at the last output.
template <int V>
LANE_FUNCTION void finish(const MatrixView& m, const FewRows& call, size_t block, size_t lane,
                          size_t row, const Vec* total) {
  const size_t output = block * block_outputs + lane;
  if (output >= m.outputs) return;
  float* y = call.y + row * m.outputs + output;
  const float* bias = call.bias ? call.bias + output : nullptr;
  if (output + V * width <= m.outputs) {
    UNROLL for (int v = 0; v < V; v++) {
      store(y + v * width, bias ? total[v] + load(bias + v * width) : total[v]);
    }
    return;
  }
  float values[V * width];
  UNROLL for (int v = 0; v < V; v++) store(values + v * width, total[v]);
  // Asked once: else a compiler loads what is not there with an empty mask, and only the genuine
  // processors take that for nothing.
  const size_t count = m.outputs - output;
  if (bias) {
    for (size_t i = 0; i < count; i++) y[i] = values[i] + bias[i];
  } else {
    for (size_t i = 0; i < count; i++) y[i] = values[i];
  }
}

/// One row: the codes themselves are summed, scale and bias come once a group.
template <int Bits, int V>
static void one_row_of_codes(const MatrixView& m, const FewRows& call, size_t block, size_t lane,
                             size_t row) {
  constexpr int per_word = 32 / Bits;
  const float* x = call.x + row * call.stride;
  const size_t groups = m.inputs / m.group;
  Vec total[V];
  UNROLL for (int v = 0; v < V; v++) total[v] = broadcast(0);
  for (size_t g = 0; g < groups; g++) {
    const Group group = group_at(m, block, g, Bits);
    Vec part[single_row_chains][V];
    UNROLL for (int c = 0; c < single_row_chains; c++) {
      UNROLL for (int v = 0; v < V; v++) part[c][v] = broadcast(0);
    }
    const uint8_t* words = group.words + lane * 4;
    for (size_t i = 0; i < m.group; i += per_word, words += block_outputs * 4) {
      Words word[V];
      UNROLL for (int v = 0; v < V; v++) word[v] = load_words(words + v * width * 4);
      prefetch(words, V * width * 4);
      UNROLL for (int j = 0; j < per_word; j++) {
        const Vec xj = broadcast(x[i + j]);
        UNROLL for (int v = 0; v < V; v++) {
          Vec& sum = part[j % single_row_chains][v];
          sum = fma(code_in_place<Bits>(word[v], j), xj, sum);
        }
      }
    }
    x += m.group;
    const Vec x_sum = broadcast(call.sums[row * groups + g]);
    UNROLL for (int v = 0; v < V; v++) {
      Vec sum = part[0][v];
      UNROLL for (int c = 1; c < single_row_chains; c++) sum = sum + part[c][v];
      const size_t at = lane + v * width;
      total[v] = fma(load_scales(m.scale_storage, group.biases, at), x_sum, total[v]);
      total[v] = fma(load_scales(m.scale_storage, group.scales, at), sum, total[v]);
    }
  }
  finish<V>(m, call, block, lane, row, total);
}

/// Several rows: a code is scaled once and used R times.
template <int Bits, int R>
static void rows_of_codes(const MatrixView& m, const FewRows& call, size_t block, size_t lane,
                          size_t row) {
  constexpr int per_word = 32 / Bits, V = tile_vectors;
  const float* x = call.x + row * call.stride;
  const size_t groups = m.inputs / m.group;
  Vec total[R][V];
  UNROLL for (int r = 0; r < R; r++) {
    UNROLL for (int v = 0; v < V; v++) total[r][v] = broadcast(0);
  }
  for (size_t g = 0; g < groups; g++) {
    const Group group = group_at(m, block, g, Bits);
    Vec scale[V];
    UNROLL for (int v = 0; v < V; v++) {
      const size_t at = lane + v * width;
      scale[v] = load_scales(m.scale_storage, group.scales, at);
      const Vec bias = load_scales(m.scale_storage, group.biases, at);
      UNROLL for (int r = 0; r < R; r++) {
        total[r][v] = fma(bias, broadcast(call.sums[(row + r) * groups + g]), total[r][v]);
      }
    }
    const uint8_t* words = group.words + lane * 4;
    for (size_t i = 0; i < m.group; i += per_word, words += block_outputs * 4) {
      Words word[V];
      UNROLL for (int v = 0; v < V; v++) word[v] = load_words(words + v * width * 4);
      prefetch(words, V * width * 4);
      UNROLL for (int j = 0; j < per_word; j++) {
        Vec weight[V];
        UNROLL for (int v = 0; v < V; v++) {
          weight[v] = code_in_place<Bits>(word[v], j) * scale[v];
        }
        UNROLL for (int r = 0; r < R; r++) {
          const Vec xj = broadcast(x[r * call.stride + i + j]);
          UNROLL for (int v = 0; v < V; v++) total[r][v] = fma(weight[v], xj, total[r][v]);
        }
      }
    }
    x += m.group;
  }
  UNROLL for (int r = 0; r < R; r++) finish<V>(m, call, block, lane, row + r, total[r]);
}

// Float weights in memory: `per_word` inputs of 32 outputs, then the next inputs.
struct DenseF32 {
  static constexpr int per_word = 1;
  static constexpr size_t bytes = block_outputs * 4;
  LANE_FUNCTION Vec value(const uint8_t* p, size_t lane, int) {
    return load(reinterpret_cast<const float*>(p) + lane);
  }
};
struct DenseF16 {
  static constexpr int per_word = 1;
  static constexpr size_t bytes = block_outputs * 2;
  LANE_FUNCTION Vec value(const uint8_t* p, size_t lane, int) {
    return load_f16(reinterpret_cast<const uint16_t*>(p) + lane);
  }
};
/// Two inputs a word, the first in the low half.
struct DenseBF16 {
  static constexpr int per_word = 2;
  static constexpr size_t bytes = block_outputs * 4;
  LANE_FUNCTION Vec value(const uint8_t* p, size_t lane, int j) {
    const Words pair = load_words(p + lane * 4);
    return as_float(j == 0 ? shift_left(pair, 16) : mask(pair, 0xffff0000));
  }
};

/// As bf16, but integers, of which this is the value times 2^16.
struct DenseInt16 {
  LANE_FUNCTION Vec value(const uint8_t* p, size_t lane, int j) {
    const Words pair = load_words(p + lane * 4);
    return to_float(j == 0 ? shift_left(pair, 16) : mask(pair, 0xffff0000));
  }
};

template <class Dense, int R, int V>
static void rows_of_floats(const MatrixView& m, const FewRows& call, size_t block, size_t lane,
                           size_t row) {
  const uint8_t* words = m.block(block);
  const float* x = call.x + row * call.stride;
  Vec total[R][V];
  UNROLL for (int r = 0; r < R; r++) {
    UNROLL for (int v = 0; v < V; v++) total[r][v] = broadcast(0);
  }
  for (size_t i = 0; i < m.inputs; i += Dense::per_word, words += Dense::bytes) {
    prefetch(words + lane * Dense::bytes / block_outputs, V * width * Dense::bytes / block_outputs);
    UNROLL for (int j = 0; j < Dense::per_word; j++) {
      Vec weight[V];
      UNROLL for (int v = 0; v < V; v++) { weight[v] = Dense::value(words, lane + v * width, j); }
      UNROLL for (int r = 0; r < R; r++) {
        const Vec xj = broadcast(x[r * call.stride + i + j]);
        UNROLL for (int v = 0; v < V; v++) total[r][v] = fma(weight[v], xj, total[r][v]);
      }
    }
  }
  UNROLL for (int r = 0; r < R; r++) finish<V>(m, call, block, lane, row + r, total[r]);
}

/// Exactly R rows from `row` on, all 32 outputs of the block.
template <int R>
static void rows_of_block(const MatrixView& m, const FewRows& call, size_t block, size_t row) {
  constexpr int V = R == 1 ? single_row_vectors : tile_vectors;
  for (size_t lane = 0; lane < block_outputs; lane += V * width) {
    switch (m.format) {
      case Format::codes4:
        if constexpr (R == 1) {
          one_row_of_codes<4, V>(m, call, block, lane, row);
        } else {
          rows_of_codes<4, R>(m, call, block, lane, row);
        }
        break;
      case Format::codes8:
        if constexpr (R == 1) {
          one_row_of_codes<8, V>(m, call, block, lane, row);
        } else {
          rows_of_codes<8, R>(m, call, block, lane, row);
        }
        break;
      case Format::f32: rows_of_floats<DenseF32, R, V>(m, call, block, lane, row); break;
      case Format::f16: rows_of_floats<DenseF16, R, V>(m, call, block, lane, row); break;
      case Format::bf16: rows_of_floats<DenseBF16, R, V>(m, call, block, lane, row); break;
      case Format::int16: break;  // any number of rows goes through panels
    }
  }
}

template <int R>
static void last_rows_of_block(const MatrixView& m, const FewRows& call, size_t block, size_t row,
                               size_t rows) {
  if (rows == R) return rows_of_block<R>(m, call, block, row);
  if constexpr (R > 1) last_rows_of_block<R - 1>(m, call, block, row, rows);
}

static void few_rows(const MatrixView& m, const FewRows& call, size_t block) {
  size_t row = 0;
  for (; row + pass_rows <= call.rows; row += pass_rows) {
    rows_of_block<pass_rows>(m, call, block, row);
  }
  last_rows_of_block<pass_rows>(m, call, block, row, call.rows - row);
}

/// x divided by 2^position, and the sums of groups.
template <int Bits>
static void prepare_codes(const MatrixView& m, const float* x, size_t rows, float* prepared,
                          size_t stride, float* sums) {
  float factors[16];
  for (int j = 0; j < 16; j++) factors[j] = in_place_factor<Bits>(j % (32 / Bits));
  for (size_t row = 0; row < rows; row++) {
    for (size_t i = 0; i < m.inputs; i += m.group) {
      Vec total = broadcast(0);
      for (size_t k = i; k < i + m.group; k += width) {
        const Vec xk = load(x + row * m.inputs + k);
        store(prepared + row * stride + k, xk * load(factors + k % 16));
        total = total + xk;
      }
      *sums++ = sum(total);
    }
  }
}

static void prepare_rows(const MatrixView& m, const float* x, size_t rows, float* prepared,
                         size_t stride, float* sums) {
  if (m.format == Format::codes4) return prepare_codes<4>(m, x, rows, prepared, stride, sums);
  if (m.format == Format::codes8) return prepare_codes<8>(m, x, rows, prepared, stride, sums);
  for (size_t row = 0; row < rows; row++) {
    memcpy(prepared + row * stride, x + row * m.inputs, m.inputs * sizeof(float));
    for (size_t i = m.inputs; i < stride; i++) prepared[row * stride + i] = 0;
  }
}

// ---- panels ------------------------------------------------------------------------------------

constexpr size_t tile_columns = tile_vectors * width;

template <int Bits>
static void fill_from_codes(const MatrixView& m, size_t b, size_t k0, size_t count, float* panel) {
  constexpr int per_word = 32 / Bits;
  for (size_t lane = 0; lane < block_outputs; lane += tile_columns) {
    for (size_t k = 0; k < count; k += m.group) {
      const Group group = group_at(m, b, (k0 + k) / m.group, Bits);
      Vec scale[tile_vectors], bias[tile_vectors];
      UNROLL for (int v = 0; v < tile_vectors; v++) {
        scale[v] = load_scales(m.scale_storage, group.scales, lane + v * width);
        bias[v] = load_scales(m.scale_storage, group.biases, lane + v * width);
      }
      const uint8_t* words = group.words + lane * 4;
      for (size_t i = 0; i < m.group; i += per_word, words += block_outputs * 4) {
        Words word[tile_vectors];
        UNROLL for (int v = 0; v < tile_vectors; v++) word[v] = load_words(words + v * width * 4);
        UNROLL for (int j = 0; j < per_word; j++) {
          UNROLL for (int v = 0; v < tile_vectors; v++) {
            const Words shifted = shift_right(word[v], code_position<Bits>(j));
            const Vec code = to_float(mask(shifted, (1u << Bits) - 1));
            store(panel + v * width, fma(code, scale[v], bias[v]));
          }
          panel += tile_columns;
        }
      }
    }
  }
}

template <class Dense>
static void fill_from_floats(const MatrixView& m, size_t b, size_t k0, size_t count, float* panel) {
  for (size_t lane = 0; lane < block_outputs; lane += tile_columns) {
    const uint8_t* words = m.block(b) + k0 / Dense::per_word * Dense::bytes;
    for (size_t k = 0; k < count; k++, panel += tile_columns) {
      const int j = int(k % Dense::per_word);
      UNROLL for (int v = 0; v < tile_vectors; v++) {
        store(panel + v * width, Dense::value(words, lane + v * width, j));
      }
      if (j == Dense::per_word - 1) words += Dense::bytes;
    }
  }
}

static void fill_from_int16(const MatrixView& m, size_t b, size_t k0, size_t count, float* panel) {
  const uint8_t* from = m.int16_panel(b, k0);
  const float* scales = reinterpret_cast<const float*>(from);
  for (size_t lane = 0; lane < block_outputs; lane += tile_columns) {
    Vec scale[tile_vectors];
    UNROLL for (int v = 0; v < tile_vectors; v++) {
      scale[v] = load(scales + lane + v * width) * broadcast(0x1p-16f);
    }
    for (size_t k = 0; k < count; k++, panel += tile_columns) {
      const uint8_t* words = from + int16_panel_header + k / 2 * block_outputs * 4;
      UNROLL for (int v = 0; v < tile_vectors; v++) {
        const Vec value = DenseInt16::value(words, lane + v * width, int(k % 2));
        store(panel + v * width, value * scale[v]);
      }
    }
  }
}

static void fill_panel(const MatrixView& m, size_t b, size_t k0, size_t count, float* panel) {
  switch (m.format) {
    case Format::codes4: return fill_from_codes<4>(m, b, k0, count, panel);
    case Format::codes8: return fill_from_codes<8>(m, b, k0, count, panel);
    case Format::f32: return fill_from_floats<DenseF32>(m, b, k0, count, panel);
    case Format::f16: return fill_from_floats<DenseF16>(m, b, k0, count, panel);
    case Format::bf16: return fill_from_floats<DenseBF16>(m, b, k0, count, panel);
    case Format::int16: return fill_from_int16(m, b, k0, count, panel);
  }
}

// ---- the register tile -------------------------------------------------------------------------

/// All columns of the tile. The sums start from y or the bias, so that they end with plain stores.
template <int R>
static void whole_tile(const float* a, const float* panel, size_t count, float* y, size_t ldy,
                       const float* bias, bool add) {
  constexpr int V = tile_vectors;
  Vec total[R][V];
  UNROLL for (int r = 0; r < R; r++) {
    UNROLL for (int v = 0; v < V; v++) {
      if (add) {
        total[r][v] = load(y + r * ldy + v * width);
      } else {
        total[r][v] = bias ? load(bias + v * width) : broadcast(0);
      }
    }
  }
  // Unrolled, for the counting of the loop would compete with the FMAs for their ports.
#pragma clang loop unroll_count(4)
  for (size_t k = 0; k < count; k++) {
    Vec weight[V];
    UNROLL for (int v = 0; v < V; v++) weight[v] = load(panel + k * tile_columns + v * width);
    UNROLL for (int r = 0; r < R; r++) {
      const Vec x = broadcast(a[r * tile_stride + k]);
      UNROLL for (int v = 0; v < V; v++) total[r][v] = fma(x, weight[v], total[r][v]);
    }
  }
  UNROLL for (int r = 0; r < R; r++) {
    UNROLL for (int v = 0; v < V; v++) store(y + r * ldy + v * width, total[r][v]);
  }
}

template <int R>
static void tile_of(const float* a, const float* panel, size_t count, float* y, size_t ldy,
                    size_t columns, const float* bias, bool add) {
  if (columns == tile_columns) return whole_tile<R>(a, panel, count, y, ldy, bias, add);
  float whole[R * tile_columns] = {}, whole_bias[tile_columns] = {};
  if (bias) memcpy(whole_bias, bias, columns * sizeof(float));
  for (size_t c = 0; c < columns; c++) {
    for (size_t r = 0; add && r < R; r++) whole[r * tile_columns + c] = y[r * ldy + c];
  }
  whole_tile<R>(a, panel, count, whole, tile_columns, whole_bias, add);
  for (size_t r = 0; r < R; r++) {
    for (size_t c = 0; c < columns; c++) y[r * ldy + c] = whole[r * tile_columns + c];
  }
}

template <int R>
static void tile_up_to(const float* a, size_t rows, const float* panel, size_t count, float* y,
                       size_t ldy, size_t columns, const float* bias, bool add) {
  if (rows == R) return tile_of<R>(a, panel, count, y, ldy, columns, bias, add);
  if constexpr (R > 1) tile_up_to<R - 1>(a, rows, panel, count, y, ldy, columns, bias, add);
}

static void tile(const float* a, size_t rows, const float* panel, size_t count, float* y,
                 size_t ldy, size_t columns, const float* bias, bool add) {
  tile_up_to<tile_rows>(a, rows, panel, count, y, ldy, columns, bias, add);
}

// ---- one row of weights ------------------------------------------------------------------------

static void gather(const MatrixView& m, size_t id, float* y) {
  const size_t b = id / block_outputs, lane = id % block_outputs;
  const size_t first = lane / width * width;  // of the vector that holds the lane
  float lanes[width];
  if (m.format == Format::codes4 || m.format == Format::codes8) {
    const int bits = m.format == Format::codes4 ? 4 : 8, per_word = 32 / bits;
    for (size_t g = 0; g < m.inputs / m.group; g++) {
      const Group group = group_at(m, b, g, bits);
      store(lanes, load_scales(m.scale_storage, group.scales, first));
      const float scale = lanes[lane - first];
      store(lanes, load_scales(m.scale_storage, group.biases, first));
      const float bias = lanes[lane - first];
      for (size_t i = 0; i < m.group; i++) {
        const int j = int(i) % per_word;
        uint32_t word;
        memcpy(&word, group.words + (i / per_word * block_outputs + lane) * 4, 4);
        const int at = bits == 4 ? code_position<4>(j) : code_position<8>(j);
        *y++ = float(word >> at & ((1u << bits) - 1)) * scale + bias;
      }
    }
    return;
  }
  for (size_t i = 0; i < m.inputs; i++) {
    const uint8_t* data = m.block(b);
    Vec value = broadcast(0);
    if (m.format == Format::f32) value = DenseF32::value(data + i * DenseF32::bytes, first, 0);
    if (m.format == Format::f16) value = DenseF16::value(data + i * DenseF16::bytes, first, 0);
    if (m.format == Format::bf16) {
      value = DenseBF16::value(data + i / 2 * DenseBF16::bytes, first, int(i % 2));
    }
    if (m.format == Format::int16) {
      const uint8_t* panel = m.int16_panel(b, i);
      const size_t pair = i % panel_inputs / 2;
      value = DenseInt16::value(panel + int16_panel_header + pair * block_outputs * 4, first,
                                int(i % 2)) *
              load(reinterpret_cast<const float*>(panel) + first) * broadcast(0x1p-16f);
    }
    store(lanes, value);
    *y++ = lanes[lane - first];
  }
}
