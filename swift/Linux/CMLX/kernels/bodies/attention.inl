// Attention kernels of one table: part of kernels.inl.
//
// attend_few   A decode step: one query for each of the few heads that share a key head. Each key
//              and value is read once (bound by memory); scores of all keys lie in scratch.
// attend_many  Prompts and the encoder: blocks of 128 keys against up to `max_attend_many_rows`
//              queries with the register tile, running maximum and sum, so that nothing of size
//              queries x keys exists. A block of scores has the layout of a packed tile of
//              activations, so the product with the values needs no copy. Blocks of keys that no
//              query of the task may see are skipped: windows cost what their own keys cost. Under
//              a causal mask each row tile takes the keys that its own queries see.

constexpr size_t key_block = 128;
constexpr float lowest = -3.402823466e38f;

struct TaskRow {
  size_t head, query;
};

LANE_FUNCTION TaskRow task_row(const AttentionTask& t, size_t r) {
  const Attention& s = *t.shape;
  const size_t row = t.row + r;
  return {t.kv_head * (s.heads / s.kv_heads) + row / s.queries, row % s.queries};
}

LANE_FUNCTION const float* query_at(const AttentionTask& t, TaskRow row) {
  const int64_t* strides = t.shape->q_strides;
  return t.q + int64_t(t.batch) * strides[0] + int64_t(row.head) * strides[1] +
         int64_t(row.query) * strides[2];
}

LANE_FUNCTION float* output_at(const AttentionTask& t, TaskRow row) {
  const Attention& s = *t.shape;
  const size_t place =
      s.queries_first ? row.query * s.heads + row.head : row.head * s.queries + row.query;
  return t.out + (t.batch * s.heads * s.queries + place) * s.dim;
}

template <class T>
LANE_FUNCTION const T* keys_of(const AttentionTask& t) {
  const int64_t* strides = t.shape->k_strides;
  return static_cast<const T*>(t.k) + int64_t(t.batch) * strides[0] +
         int64_t(t.kv_head) * strides[1];
}

template <class T>
LANE_FUNCTION const T* values_of(const AttentionTask& t) {
  const int64_t* strides = t.shape->v_strides;
  return static_cast<const T*>(t.v) + int64_t(t.batch) * strides[0] +
         int64_t(t.kv_head) * strides[1];
}

/// How many of the keys [k0, k0 + count) the rows [r, r + rows) may see: a causal mask hides the
/// last ones.
static size_t seen_keys(const AttentionTask& t, size_t r, size_t rows, size_t k0, size_t count) {
  const Attention& s = *t.shape;
  if (s.mask != Attention::Mask::causal) return count;
  size_t last = 0;
  for (size_t i = r; i < r + rows; i++) {
    const size_t query = task_row(t, i).query;
    if (query > last) last = query;
  }
  const size_t end = last + 1 + s.keys - s.queries;
  if (end <= k0) return 0;
  return end - k0 < count ? end - k0 : count;
}

/// Keys that any row of the task can see end here.
static size_t visible_keys(const AttentionTask& t) {
  return seen_keys(t, 0, t.rows, 0, t.shape->keys);
}

LANE_FUNCTION int64_t mask_offset(const AttentionTask& t, TaskRow row, size_t key) {
  const int64_t* strides = t.shape->mask_strides;
  return int64_t(t.batch) * strides[0] + int64_t(row.head) * strides[1] +
         int64_t(row.query) * strides[2] + int64_t(key) * strides[3];
}

/// Whether the mask lets any row of the task see any of the keys [k0, k0 + count).
static bool any_visible(const AttentionTask& t, size_t k0, size_t count) {
  const Attention& s = *t.shape;
  if (s.mask != Attention::Mask::additive && s.mask != Attention::Mask::visible) return true;
  const bool additive = s.mask == Attention::Mask::additive;
  const auto* floats = static_cast<const float*>(s.mask_data);
  const auto* flags = static_cast<const uint8_t*>(s.mask_data);
  for (size_t r = 0; r < t.rows; r++) {
    const int64_t first = mask_offset(t, task_row(t, r), k0);
    for (int64_t i = 0; i < int64_t(count); i++) {
      const int64_t at = first + i * s.mask_strides[3];
      if (additive ? floats[at] > lowest : flags[at] != 0) return true;
    }
  }
  return false;
}

/// Scales and masks the scores of keys [k0, k0 + count) of one row, and fills the last vector up
/// with -infinity.
static void finish_scores(const AttentionTask& t, TaskRow row, size_t k0, size_t count,
                          float* scores) {
  const Attention& s = *t.shape;
  for (size_t i = count; i % width != 0; i++) scores[i] = -INFINITY;
  for (size_t i = 0; i < count; i += width) {
    store(scores + i, load(scores + i) * broadcast(s.scale));
  }
  const int64_t first = mask_offset(t, row, k0), step = s.mask_strides[3];
  switch (s.mask) {
    case Attention::Mask::none: break;
    case Attention::Mask::causal: {
      const size_t visible = row.query + 1 + s.keys - s.queries;
      for (size_t i = visible > k0 ? visible - k0 : 0; i < count; i++) scores[i] = -INFINITY;
      break;
    }
    case Attention::Mask::additive: {
      const float* mask_row = static_cast<const float*>(s.mask_data) + first;
      for (size_t i = 0; i < count; i++) scores[i] += mask_row[int64_t(i) * step];
      break;
    }
    case Attention::Mask::visible: {
      const uint8_t* mask_row = static_cast<const uint8_t*>(s.mask_data) + first;
      for (size_t i = 0; i < count; i++) {
        if (!mask_row[int64_t(i) * step]) scores[i] = -INFINITY;
      }
      break;
    }
  }
}

static float largest_of(const float* scores, size_t count, float at_least) {
  Vec top = broadcast(at_least);
  for (size_t i = 0; i < count; i += width) top = max(load(scores + i), top);
  return largest(top);
}

/// scores = exp(scores - top); returns their sum.
static float exponentiate(float* scores, size_t count, float top) {
  Vec total = broadcast(0);
  for (size_t i = 0; i < count; i += width) {
    const Vec e = exponential(load(scores + i) - broadcast(top));
    store(scores + i, e);
    total = total + e;
  }
  return sum(total);
}

static size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

// ---- few rows ----------------------------------------------------------------------------------

constexpr int max_attend_few_rows = 4;

/// Scores go by vectors, and by four keys.
constexpr size_t score_lanes = width > 4 ? width : 4;

static size_t attend_few_scratch(const Attention& s) {
  return max_attend_few_rows * (round_up(s.keys, score_lanes) + 2 * round_up(s.dim, width));
}

/// The four keys or values from `row` on. Past the end the last one stands for those that are not
/// there.
template <class T>
LANE_FUNCTION void four_rows(const T* first, int64_t step, size_t row, size_t end, const T** rows) {
  UNROLL for (size_t i = 0; i < 4; i++) {
    rows[i] = first + int64_t(row + i < end ? row + i : end - 1) * step;
  }
}

/// How many rows ahead of where they are read keys and values are asked for: into the second-level
/// cache, and from there into the first (as in weights.inl). Each head's rows are too few for the
/// processor to find out by itself. Past the end this does nothing.
constexpr int64_t rows_ahead = 20, rows_near = 8;

/// Numbers of a line of the cache.
template <class T>
constexpr size_t line_of = 64 / sizeof(T);

/// Asks for later rows where `rows` have a line from `d` on.
template <class T>
LANE_FUNCTION void fetch_ahead(const T* const* rows, size_t d, int64_t step) {
  if (d % line_of<T> != 0) return;
  UNROLL for (int i = 0; i < 4; i++) {
    __builtin_prefetch(rows[i] + d + rows_ahead * step, 0, 2);
    __builtin_prefetch(rows[i] + d + rows_near * step);
  }
}

/// Asks for the rows that nobody read ahead of: the first ones of a head.
template <class T>
static void fetch_first(const T* row, int64_t step, size_t rows, size_t dim) {
  for (size_t i = 0; i < rows && i < size_t(rows_ahead); i++, row += step) {
    for (size_t d = 0; d < dim; d += line_of<T>) __builtin_prefetch(row + d, 0, 2);
  }
}

/// scores[r, key] = q[r, :] * k[key, :], the queries filled up to `depth` with zeros. Four keys a
/// pass, for adding up the lanes of four sums takes hardly longer than of one.
template <int R, class T>
static void dot_keys(const T* k, int64_t step, size_t keys, const float* q, size_t dim,
                     size_t depth, float* scores, size_t stride) {
  for (size_t key = 0; key < keys; key += 4) {
    const T* row[4];
    four_rows(k, step, key, keys, row);
    Vec part[R][4];
    UNROLL for (int r = 0; r < R; r++) {
      UNROLL for (int i = 0; i < 4; i++) part[r][i] = broadcast(0);
    }
    for (size_t d = 0; d < depth; d += width) {
      Vec x[4];
      fetch_ahead(row, d, step);
      UNROLL for (int i = 0; i < 4; i++) x[i] = load_upto(row[i] + d, dim - d);
      UNROLL for (int r = 0; r < R; r++) {
        const Vec qd = load(q + r * depth + d);
        UNROLL for (int i = 0; i < 4; i++) part[r][i] = fma(x[i], qd, part[r][i]);
      }
    }
    UNROLL for (int r = 0; r < R; r++) {
      store_sums(scores + r * stride + key, part[r][0], part[r][1], part[r][2], part[r][3]);
    }
  }
}

/// out[r, :] += sum over keys of weight * value; four keys a pass, for the sums lie in memory.
template <int R, class T>
static void add_values(const T* v, int64_t step, size_t keys, const float* weights, size_t stride,
                       size_t dim, size_t depth, float* out) {
  for (size_t key = 0; key < keys; key += 4) {
    const T* row[4];
    four_rows(v, step, key, keys, row);
    Vec weight[R][4];
    UNROLL for (int r = 0; r < R; r++) {
      UNROLL for (int i = 0; i < 4; i++) weight[r][i] = broadcast(weights[r * stride + key + i]);
    }
    for (size_t d = 0; d < depth; d += width) {
      Vec value[4];
      fetch_ahead(row, d, step);
      UNROLL for (int i = 0; i < 4; i++) value[i] = load_upto(row[i] + d, dim - d);
      UNROLL for (int r = 0; r < R; r++) {
        Vec total = load(out + r * depth + d);
        UNROLL for (int i = 0; i < 4; i++) total = fma(value[i], weight[r][i], total);
        store(out + r * depth + d, total);
      }
    }
  }
}

template <int R, class T>
static void attend_few_of(const AttentionTask& t, float* scratch) {
  const Attention& s = *t.shape;
  const size_t keys = visible_keys(t), stride = round_up(s.keys, score_lanes);
  const size_t depth = round_up(s.dim, width);
  float* q = scratch + R * stride;
  float* out = q + R * depth;
  memset(q, 0, 2 * R * depth * sizeof(float));
  for (int r = 0; r < R; r++) {
    memcpy(q + r * depth, query_at(t, task_row(t, r)), s.dim * sizeof(float));
  }
  dot_keys<R>(keys_of<T>(t), s.k_strides[2], keys, q, s.dim, depth, scratch, stride);
  fetch_first(values_of<T>(t), s.v_strides[2], keys, s.dim);
  float sums[R];
  for (int r = 0; r < R; r++) {
    float* scores = scratch + r * stride;
    finish_scores(t, task_row(t, r), 0, keys, scores);
    sums[r] = exponentiate(scores, keys, largest_of(scores, keys, lowest));
    for (size_t i = keys; i % 4 != 0; i++) scores[i] = 0;
  }
  add_values<R>(values_of<T>(t), s.v_strides[2], keys, scratch, stride, s.dim, depth, out);
  fetch_first(keys_of<T>(t) + s.k_strides[1], s.k_strides[2], keys, s.dim);  // of the next head
  for (int r = 0; r < R; r++) {
    float* to = output_at(t, task_row(t, r));
    for (size_t d = 0; d < s.dim; d++) to[d] = out[r * depth + d] / sums[r];
  }
}

template <class T>
static void attend_few_stored(const AttentionTask& t, float* scratch) {
  switch (t.rows) {
    case 1: return attend_few_of<1, T>(t, scratch);
    case 2: return attend_few_of<2, T>(t, scratch);
    case 3: return attend_few_of<3, T>(t, scratch);
    default: return attend_few_of<4, T>(t, scratch);
  }
}

static void attend_few(const AttentionTask& t, float* scratch) {
  if (t.shape->stored == Storage::f16) return attend_few_stored<uint16_t>(t, scratch);
  attend_few_stored<float>(t, scratch);
}

// ---- many rows ---------------------------------------------------------------------------------

constexpr size_t max_attend_many_rows = tile_rows * (tile_rows > 8 ? 8 : 16);

static size_t attend_many_scratch(const Attention& s) {
  const size_t depth = s.dim > key_block ? s.dim : key_block;
  return max_attend_many_rows * (2 * tile_stride + round_up(s.dim, block_outputs)) +
         block_outputs * depth;
}

/// The row tiles of a task, and how many of a block's keys each of them sees.
struct RowTiles {
  size_t rows;
  size_t seen[max_attend_many_rows / tile_rows];

  size_t high(size_t r) const { return rows - r < tile_rows ? rows - r : tile_rows; }
};

/// scores[rows, columns] = queries * panel, of the block's keys from `key` on; a panel is at most
/// 32 columns wide.
static void score_tiles(const RowTiles& tiles, const float* queries, const float* panel, size_t dim,
                        size_t key, size_t columns, float* scores) {
  for (size_t c = 0; c < columns; c += tile_columns, panel += dim * tile_columns) {
    const size_t here = columns - c < tile_columns ? columns - c : tile_columns;
    for (size_t r = 0; r < tiles.rows; r += tile_rows) {
      if (tiles.seen[r / tile_rows] <= key + c) continue;
      tile(queries + r * tile_stride, tiles.high(r), panel, dim, scores + r * tile_stride + key + c,
           tile_stride, here, nullptr, false);
    }
  }
}

/// out[rows, columns] (+)= scores * panel, of the `count` keys of the block.
static void value_tiles(const RowTiles& tiles, const float* scores, const float* panel,
                        size_t count, size_t columns, float* out, size_t out_stride, bool add) {
  for (size_t c = 0; c < columns; c += tile_columns, panel += count * tile_columns) {
    const size_t here = columns - c < tile_columns ? columns - c : tile_columns;
    for (size_t r = 0; r < tiles.rows; r += tile_rows) {
      const size_t seen = tiles.seen[r / tile_rows];
      if (seen == 0) continue;
      tile(scores + r * tile_stride, tiles.high(r), panel, seen, out + r * out_stride + c,
           out_stride, here, nullptr, add);
    }
  }
}

template <class T>
static void attend_many_stored(const AttentionTask& t, float* scratch) {
  const Attention& s = *t.shape;
  const size_t out_stride = round_up(s.dim, block_outputs);
  float* queries = scratch;
  float* scores = queries + max_attend_many_rows * tile_stride;
  float* out = scores + max_attend_many_rows * tile_stride;
  float* panel = out + max_attend_many_rows * out_stride;
  float tops[max_attend_many_rows], sums[max_attend_many_rows];
  for (size_t r = 0; r < t.rows; r++) {
    memcpy(queries + r * tile_stride, query_at(t, task_row(t, r)), s.dim * sizeof(float));
    tops[r] = lowest;
    sums[r] = 0;
  }
  const T* k = keys_of<T>(t);
  const T* v = values_of<T>(t);
  const size_t keys = visible_keys(t);
  bool first = true;
  RowTiles tiles{t.rows, {}};
  for (size_t k0 = 0; k0 < keys; k0 += key_block) {
    const size_t count = keys - k0 < key_block ? keys - k0 : key_block;
    if (!any_visible(t, k0, count)) continue;
    for (size_t r = 0; r < t.rows; r += tile_rows) {
      tiles.seen[r / tile_rows] = seen_keys(t, r, tiles.high(r), k0, count);
    }
    for (size_t c = 0; c < count; c += block_outputs) {
      const size_t columns = count - c < block_outputs ? count - c : block_outputs;
      fill_from_rows(k + int64_t(k0 + c) * s.k_strides[2], s.k_strides[2], columns, s.dim, panel);
      score_tiles(tiles, queries, panel, s.dim, c, columns, scores);
    }
    for (size_t r = 0; r < t.rows; r++) {
      const size_t seen = tiles.seen[r / tile_rows];
      if (seen == 0) continue;
      float* row = scores + r * tile_stride;
      finish_scores(t, task_row(t, r), k0, seen, row);
      const float top = largest_of(row, seen, tops[r]);
      const float sum_here = exponentiate(row, seen, top);
      if (!first && top != tops[r]) {
        float shrink[width];
        store(shrink, exponential(broadcast(tops[r] - top)));
        sums[r] *= shrink[0];
        for (size_t d = 0; d < s.dim; d++) out[r * out_stride + d] *= shrink[0];
      }
      sums[r] += sum_here;
      tops[r] = top;
    }
    for (size_t d = 0; d < s.dim; d += block_outputs) {
      const size_t columns = s.dim - d < block_outputs ? s.dim - d : block_outputs;
      fill_from_columns(v + int64_t(k0) * s.v_strides[2] + d, s.v_strides[2], columns, count,
                        panel);
      value_tiles(tiles, scores, panel, count, columns, out + d, out_stride, !first);
    }
    first = false;
  }
  for (size_t r = 0; r < t.rows; r++) {
    float* to = output_at(t, task_row(t, r));
    const float inverse = 1 / sums[r];
    for (size_t d = 0; d < s.dim; d++) to[d] = out[r * out_stride + d] * inverse;
  }
}

static void attend_many(const AttentionTask& t, float* scratch) {
  if (t.shape->stored == Storage::f16) return attend_many_stored<uint16_t>(t, scratch);
  attend_many_stored<float>(t, scratch);
}
