// Products of quantized weights with activations rounded to bytes. Included by kernels.inl, and
// alone where a table takes everything else from another one.
//
// A span is 32 or 64 inputs of a group of weights. Its activations are codes of 8 bits times a
// scale, x = q s with s = max |x| / 127, so that with w = c scale + bias
//   sum w x  =  scale s sum (c - m) q  +  (bias + m scale) s sum q
// where the first sum is one of integers, exact whatever its order, and the second belongs to the
// row. The weights are not rounded further, and sum q stands in the bias term too (not the sum of
// x): what is left of a rounding error is it times w, not times c scale.
// m is the middle of the codes: 8 in each half byte, which keeps sums small; it costs nothing,
// since the sums start from - m sum q.
//
// Four instructions a vector and span turn sums into floats and add them up: a fifth of the work
// where one instruction makes 64 products. All else is dot4, loads and broadcasts.

#include "kernels/bodies/weights.inl"

// Weights as dot4 takes them: `load` gives the codes of one vector of outputs at one step, either
// `quads` times four neighbouring inputs, or (`planes` 2) four inputs as low and high halves.

struct PackedNibbles {  // codes4 in memory
  static constexpr int quads = 2, planes = 1;
  static constexpr size_t bytes = block_outputs * 4;
  static constexpr bool panel = false;
  LANE_FUNCTION void load(const uint8_t* p, Words* codes) {
    const Words word = load_words(p);
    codes[0] = mask(word, 0x0f0f0f0f);
    codes[1] = mask(shift_right(word, 4), 0x0f0f0f0f);
  }
};
struct Bytes {
  static constexpr int quads = 1, planes = 1;
  static constexpr size_t bytes = block_outputs * 4;
};
struct PackedBytes : Bytes {  // codes8 in memory
  static constexpr bool panel = false;
  LANE_FUNCTION void load(const uint8_t* p, Words* codes) {
    codes[0] = load_words(p);
    constexpr uint32_t offset = Int8::byte_offset;
    if (offset != 0) codes[0] = flip(codes[0], offset * 0x01010101u);
  }
};
struct PanelBytes : Bytes {
  static constexpr bool panel = true;
  LANE_FUNCTION void load(const uint8_t* p, Words* codes) { codes[0] = load_words(p); }
};
struct PackedHalves {  // codes8 in memory
  static constexpr int quads = 1, planes = 2;
  static constexpr size_t bytes = block_outputs * 4;
  static constexpr bool panel = false;
  LANE_FUNCTION void load(const uint8_t* p, Words* codes) { PackedNibbles::load(p, codes); }
};
struct PanelHalves {
  static constexpr int quads = 1, planes = 2;
  static constexpr size_t bytes = 2 * block_outputs * 4;
  static constexpr bool panel = true;
  LANE_FUNCTION void load(const uint8_t* p, Words* codes) {
    codes[0] = load_words(p);
    codes[1] = load_words(p + block_outputs * 4);
  }
};

LANE_FUNCTION size_t span_inputs(const MatrixView& m) {
  return m.group < max_span_inputs ? m.group : max_span_inputs;
}

// ---- activations -------------------------------------------------------------------------------

/// One span. What is not a finite number makes the scale such a one too, for as integers the bits
/// of those are the largest; spans below 1e-30 count as zeros.
static void quantize_span(const float* x, size_t count, int middle, Int8Row* to, size_t at,
                          size_t span) {
  Words top = mask(as_words(load(x)), 0x7fffffff);
  for (size_t i = width; i < count; i += width) {
    top = max(top, mask(as_words(load(x + i)), 0x7fffffff));
  }
  const uint32_t bits = largest(top);
  float magnitude;
  memcpy(&magnitude, &bits, sizeof magnitude);
  if (magnitude < 1e-30f) magnitude = 0;
  const Vec inverse = broadcast(magnitude == 0 ? 0.0f : 127.0f / magnitude);
  Vec sums = broadcast(0);
  for (size_t i = 0; i < count; i += width) {
    const Words code = round_words(load(x + i) * inverse);
    store_bytes(to->codes + at + i, code);
    sums = sums + to_float(code);
  }
  const float code_sum = sum(sums);
  const bool finite = bits < 0x7f800000;
  to->scale[span] = magnitude / 127.0f;
  to->sum[span] = to->scale[span] * code_sum;
  to->start[span] = Int8::start_from(to->codes + at, count, finite ? int(code_sum) : 0, middle);
}

static void int8_quantize(const MatrixView& m, const float* x, Int8Row* to, size_t stride) {
  const int middle = m.format == Format::codes8 && Int8::takes_bytes ? 0x88 - Int8::byte_offset : 8;
  const size_t count = span_inputs(m);
  for (size_t i = 0; i < m.inputs; i += count) {
    const size_t at = i % panel_inputs;
    quantize_span(x + i, count, middle, to + i / panel_inputs * stride, at, at / count);
  }
}

// ---- products ----------------------------------------------------------------------------------

/// Weights of one span: 32 scales and biases, and where its codes begin.
struct SpanWeights {
  const uint8_t *scales, *biases, *words;
};

/// Bytes of one span of a panel: scales and biases (of code - middle) as floats, codes.
template <class Weights>
LANE_FUNCTION size_t panel_span_bytes(size_t span) {
  return 2 * block_outputs * sizeof(float) + span / 4 * Weights::bytes;
}

/// Where inputs from k0 on, the first of a panel, begin in a block in memory.
template <class Weights>
LANE_FUNCTION const uint8_t* weights_from(const MatrixView& m, const uint8_t* block, size_t k0) {
  const size_t headers = 2 * block_outputs * scale_bytes(m.scale_storage);
  return block + k0 / m.group * headers + k0 / (4 * Weights::quads) * Weights::bytes;
}

/// Span s of a panel, in memory or decoded. There are no divisions here: they would take longer
/// than a span of one row.
template <class Weights>
LANE_FUNCTION SpanWeights span_weights(const MatrixView& m, const uint8_t* from, size_t s,
                                       size_t span) {
  if constexpr (Weights::panel) {
    const uint8_t* p = from + s * panel_span_bytes<Weights>(span);
    return {p, p + block_outputs * 4, p + 2 * block_outputs * 4};
  } else {
    const size_t header = block_outputs * scale_bytes(m.scale_storage);
    const size_t span_bytes = span / (4 * Weights::quads) * Weights::bytes;
    const size_t second = m.group > span;  // groups have two spans
    const uint8_t* p = from + (s >> second) * (2 * header + (span_bytes << second));
    return {p, p + header, p + 2 * header + (s & second) * span_bytes};
  }
}

/// Scale and bias of one vector of outputs, the bias that of code - middle.
template <class Weights>
LANE_FUNCTION void load_scale(const MatrixView& m, const SpanWeights& from, size_t lane, Vec& scale,
                              Vec& bias) {
  if constexpr (Weights::panel) {
    scale = load(reinterpret_cast<const float*>(from.scales) + lane);
    bias = load(reinterpret_cast<const float*>(from.biases) + lane);
  } else {
    const float middle = m.format == Format::codes4 ? 0x8 : 0x88;
    scale = load_scales(m.scale_storage, from.scales, lane);
    bias = fma(scale, broadcast(middle), load_scales(m.scale_storage, from.biases, lane));
  }
}

template <class Dot>
concept DotsTwice = requires(typename Dot::Sums& sum, Words codes, const int8_t* activations) {
  Dot::dot4_twice(sum, codes, sum, codes, activations);
};

/// Two sums that meet the same activations, as one step where the instruction set asks for it.
template <class Dot>
LANE_FUNCTION void dot4_twice(typename Dot::Sums& a, Words a_codes, typename Dot::Sums& b,
                              Words b_codes, const int8_t* x) {
  if constexpr (DotsTwice<Dot>) {
    Dot::dot4_twice(a, a_codes, b, b_codes, x);
  } else {
    a = Dot::dot4(a, a_codes, x);
    b = Dot::dot4(b, b_codes, x);
  }
}

/// Inputs of one turn of the inner loop, whose counting competes with the products for ports.
constexpr int inputs_a_turn = 32;

/// Adds R rows times V vectors of outputs from `lane` on, over one span. The sums of floats lie in
/// memory between spans: registers are for sums of integers.
template <class Weights, int R, int V>
LANE_FUNCTION void add_span(const MatrixView& m, const SpanWeights& from, const Int8Row* row,
                            size_t s, size_t span, size_t lane, bool fetches, float* y) {
  constexpr int Q = Weights::quads, P = Weights::planes;
  Int8::Sums sums[P][R][V];
  UNROLL for (int r = 0; r < R; r++) {
    UNROLL for (int v = 0; v < V; v++) {
      UNROLL for (int p = 0; p < P; p++) sums[p][r][v] = Int8::begin(row[r].start[s]);
    }
  }
  const uint8_t* words = from.words + lane * 4;
  for (size_t k = s * span, end = k + span; k < end; k += inputs_a_turn) {
    UNROLL for (int step = 0; step < inputs_a_turn / 4; step += Q, words += Weights::bytes) {
      Words codes[V][Q * P];
      if (!Weights::panel && fetches) prefetch(words, V * width * 4);
      UNROLL for (int v = 0; v < V; v++) Weights::load(words + v * width * 4, codes[v]);
      UNROLL for (int q = 0; q < Q; q++) {
        UNROLL for (int r = 0; r < R; r++) {
          const int8_t* xk = row[r].codes + k + 4 * (step + q);
          // Of sums in order, two at a time where their number is even.
          UNROLL for (int i = 0; i < V * P; i += 2) {
            const int v = i / P, p = i % P, v2 = (i + 1) / P, p2 = (i + 1) % P;
            const Words& code = codes[v][Q == 2 ? q : p];
            if constexpr (V * P % 2 == 0) {
              dot4_twice<Int8>(sums[p][r][v], code, sums[p2][r][v2], codes[v2][Q == 2 ? q : p2],
                               xk);
            } else {
              sums[p][r][v] = Int8::dot4(sums[p][r][v], code, xk);
            }
          }
        }
      }
    }
  }
  Vec scale[V], offset[V];
  UNROLL for (int v = 0; v < V; v++) {
    load_scale<Weights>(m, from, lane + v * width, scale[v], offset[v]);
  }
  UNROLL for (int r = 0; r < R; r++) {
    const Vec x_scale = broadcast(row[r].scale[s]), x_sum = broadcast(row[r].sum[s]);
    UNROLL for (int v = 0; v < V; v++) {
      Words sum = Int8::total(sums[0][r][v]);
      if constexpr (P == 2) sum = add(sum, shift_left(Int8::total(sums[1][r][v]), 4));
      float* to = y + r * block_outputs + lane + v * width;
      const Vec before = fma(offset[v], x_sum, load(to));
      store(to, fma(scale[v] * x_scale, to_float(sum), before));
    }
  }
}

/// Adds R rows times all outputs, over the first `count` inputs of one panel. `fetches`: weights in
/// memory are asked for.
template <class Weights, int R, int V>
static void add_spans(const MatrixView& m, const uint8_t* weights, const Int8Row* x, size_t count,
                      bool fetches, float* y) {
  const size_t span = span_inputs(m);
  for (size_t s = 0; s * span < count; s++) {
    const SpanWeights from = span_weights<Weights>(m, weights, s, span);
    if (!Weights::panel && fetches) {
      prefetch(from.scales, 2 * block_outputs * scale_bytes(m.scale_storage));
    }
    for (size_t lane = 0; lane < block_outputs; lane += V * width) {
      add_span<Weights, R, V>(m, from, x, s, span, lane, fetches, y);
    }
  }
}

// ---- few rows ----------------------------------------------------------------------------------

/// The largest power of two of vectors that leaves registers for R rows.
template <int R, int P>
LANE_FUNCTION constexpr int pass_vectors() {
  int vectors = 1;
  while (2 * vectors * R * P <= Int8::pass_sums && 2 * vectors * width <= block_outputs) {
    vectors *= 2;
  }
  return vectors;
}

template <class Weights, int R>
static void int8_rows_up_to(const MatrixView& m, const uint8_t* weights, const Int8Row* x,
                            size_t rows, size_t count, bool fetches, float* y) {
  if (rows == R) {
    constexpr int V = pass_vectors<R, Weights::planes>();
    return add_spans<Weights, R, V>(m, weights, x, count, fetches, y);
  }
  if constexpr (R > 1) {
    int8_rows_up_to<Weights, R - 1>(m, weights, x, rows, count, fetches, y);
  }
}

/// Panel after panel, each for all rows: weights are one stream of memory however many rows there
/// are and however many lanes go at a time, and products go on while it flows.
template <class Weights>
static void int8_few_rows_of(const MatrixView& m, const Int8Row* x, size_t rows, size_t block,
                             float* y) {
  constexpr int R = Int8::pass_rows;
  const size_t passes = (rows + R - 1) / R;
  for (size_t first = 0; first < m.inputs; first += panel_inputs, x += rows) {
    const size_t left = m.inputs - first, count = left < panel_inputs ? left : panel_inputs;
    const uint8_t* weights = weights_from<Weights>(m, m.block(block), first);
    for (size_t pass = 0; pass < passes; pass++) {
      const size_t row = rows * pass / passes, end = rows * (pass + 1) / passes;
      const bool fetches = pass == 0;  // the weights come once
      int8_rows_up_to<Weights, R>(m, weights, x + row, end - row, count, fetches,
                                  y + row * block_outputs);
    }
  }
}

static void int8_few_rows(const MatrixView& m, const Int8Row* x, size_t rows, size_t block,
                          float* y) {
  if (m.format == Format::codes4) return int8_few_rows_of<PackedNibbles>(m, x, rows, block, y);
  if constexpr (Int8::takes_bytes) {
    int8_few_rows_of<PackedBytes>(m, x, rows, block, y);
  } else {
    int8_few_rows_of<PackedHalves>(m, x, rows, block, y);
  }
}

// ---- many rows ---------------------------------------------------------------------------------

template <class From, class To>
static void int8_fill_from(const MatrixView& m, size_t b, size_t k0, size_t count, uint8_t* panel) {
  constexpr size_t line = block_outputs * 4;  // a step of one quad and plane
  const size_t span = span_inputs(m);
  const uint8_t* weights = weights_from<From>(m, m.block(b), k0);
  for (size_t s = 0; s * span < count; s++) {
    const SpanWeights from = span_weights<From>(m, weights, s, span);
    for (size_t lane = 0; lane < block_outputs; lane += width) {
      Vec scale, bias;
      load_scale<From>(m, from, lane, scale, bias);
      store(reinterpret_cast<float*>(panel) + lane, scale);
      store(reinterpret_cast<float*>(panel) + block_outputs + lane, bias);
    }
    panel += 2 * block_outputs * sizeof(float);
    const uint8_t* words = from.words;
    for (size_t i = 0; i < span; i += 4 * From::quads, words += From::bytes) {
      UNROLL for (size_t lane = 0; lane < block_outputs; lane += width) {
        Words codes[2];
        From::load(words + lane * 4, codes);
        UNROLL for (int j = 0; j < From::quads * From::planes; j++) {
          store_words(panel + j * line + lane * 4, codes[j]);
        }
      }
      panel += From::quads * From::planes * line;
    }
  }
}

static void int8_fill_panel(const MatrixView& m, size_t b, size_t k0, size_t count,
                            uint8_t* panel) {
  if (m.format == Format::codes4) {
    return int8_fill_from<PackedNibbles, PanelBytes>(m, b, k0, count, panel);
  }
  if constexpr (Int8::takes_bytes) {
    int8_fill_from<PackedBytes, PanelBytes>(m, b, k0, count, panel);
  } else {
    int8_fill_from<PackedHalves, PanelHalves>(m, b, k0, count, panel);
  }
}

/// Weights of two planes have twice the sums, and so half the vectors of outputs at a time: with
/// half the rows they would take more registers for codes.
template <class Weights, int R>
static void int8_tile_up_to(const MatrixView& m, const Int8Row* x, size_t rows,
                            const uint8_t* panel, size_t count, float* y) {
  if (rows == R) {
    constexpr int V = Int8::tile_vectors / Weights::planes;
    return add_spans<Weights, R, V>(m, panel, x, count, false, y);
  }
  if constexpr (R > 1) int8_tile_up_to<Weights, R - 1>(m, x, rows, panel, count, y);
}

static void int8_tile(const MatrixView& m, const Int8Row* x, size_t rows, const uint8_t* panel,
                      size_t count, float* y) {
  if (m.format == Format::codes4 || Int8::takes_bytes) {
    return int8_tile_up_to<PanelBytes, Int8::tile_rows>(m, x, rows, panel, count, y);
  }
  if constexpr (!Int8::takes_bytes) {
    int8_tile_up_to<PanelHalves, Int8::tile_rows>(m, x, rows, panel, count, y);
  }
}

static constexpr Int8Kernels int8_kernels = {
#define INT8_SIZE(type, entry) .entry = Int8::entry,
#define INT8_KERNEL(result, entry, arguments) .entry = int8_##entry,
#include "kernels/table.inl"
};
