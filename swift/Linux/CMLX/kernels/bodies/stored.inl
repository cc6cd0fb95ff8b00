// Floats that are stored as float32 or float16, as the keys and values of attention are: part of
// kernels.inl. Kernels are templates of the stored type.

LANE_FUNCTION Vec load_stored(const float* p) { return load(p); }
LANE_FUNCTION Vec load_stored(const uint16_t* p) { return load_f16(p); }

/// The first `count` values, at most a vector, then zeros: ends of rows that are no whole vectors.
template <class T>
LANE_FUNCTION Vec load_upto(const T* p, size_t count) {
  if (count >= width) return load_stored(p);
  T part[width] = {};
  memcpy(part, p, count * sizeof(T));
  return load_stored(part);
}

static void to_f16(const float* x, uint16_t* y, size_t count) {
  size_t i = 0;
  for (; i + width <= count; i += width) store_f16(y + i, load(x + i));
  if (i == count) return;
  uint16_t part[width];
  store_f16(part, load_upto(x + i, count - i));
  memcpy(y + i, part, (count - i) * sizeof(uint16_t));
}

/// A panel of `columns` <= 32 columns of a row-major matrix.
template <class T>
static void fill_from_columns(const T* from, int64_t stride, size_t columns, size_t count,
                              float* panel) {
  for (size_t lane = 0; lane < block_outputs; lane += tile_columns) {
    for (size_t k = 0; k < count; k++, panel += tile_columns) {
      const T* row = from + int64_t(k) * stride;
      UNROLL for (size_t v = 0; v < tile_columns; v += width) {
        const size_t c = lane + v;
        store(panel + v, c < columns ? load_upto(row + c, columns - c) : broadcast(0));
      }
    }
  }
}

/// A panel of `rows` <= 32 rows of a row-major matrix, which become columns: four rows a pass.
template <class T>
static void fill_from_rows(const T* from, int64_t stride, size_t rows, size_t count, float* panel) {
  for (size_t lane = 0; lane < block_outputs; lane += tile_columns, panel += count * tile_columns) {
    for (size_t c = 0; c < tile_columns; c += 4) {
      const size_t first = lane + c;
      for (size_t k = 0; k < count; k += width) {
        Vec row[4];
        UNROLL for (size_t i = 0; i < 4; i++) {
          const T* at = from + int64_t(first + i) * stride + k;
          row[i] = first + i < rows ? load_upto(at, count - k) : broadcast(0);
        }
        float* to = panel + k * tile_columns + c;
        if (k + width <= count) {
          store_transposed(to, tile_columns, row[0], row[1], row[2], row[3]);
          continue;
        }
        float last[4 * width];
        store_transposed(last, 4, row[0], row[1], row[2], row[3]);
        for (size_t i = 0; i < count - k; i++) {
          memcpy(to + i * tile_columns, last + 4 * i, 4 * sizeof(float));
        }
      }
    }
  }
}
