// Element-wise kernels, norms and rotation of one table: part of kernels.inl.
// All are bound by memory or too small to matter; each reads and writes its row once or twice.

// ---- exp, erf ----------------------------------------------------------------------------------

/// e^x to 2 units in the last place (Cephes: 2^n times a polynomial on |r| <= ln 2 / 2); zero below
/// -87.3, where the result would be subnormal.
LANE_FUNCTION Vec exponential(Vec x) {
  const Vec min_x = broadcast(-87.3f);
  const Vec clamped = max(min_x, min(broadcast(88.3f), x));
  const Vec rounder = broadcast(0x1.8p23f);  // adding it leaves the nearest integer in the low bits
  const Vec shifted = fma(clamped, broadcast(1.44269504f), rounder);
  const Vec n = shifted - rounder;
  const Vec r = fma(n, broadcast(2.12194440e-4f), fma(n, broadcast(-0.693359375f), clamped));
  Vec p = broadcast(1.9875691500e-4f);
  p = fma(p, r, broadcast(1.3981999507e-3f));
  p = fma(p, r, broadcast(8.3334519073e-3f));
  p = fma(p, r, broadcast(4.1665795894e-2f));
  p = fma(p, r, broadcast(1.6666665459e-1f));
  p = fma(p, r, broadcast(5.0000001201e-1f));
  p = fma(p, r * r, r + broadcast(1));
  const Vec power = as_float(add(shift_left(as_words(shifted), 23), 0x3f800000));
  return zero_below(p * power, x, min_x);
}

/// x Phi(x) = max(x, 0) - |x| erfc(|x| / sqrt 2) / 2, with erfc by Abramowitz & Stegun 7.1.26, to
/// 1.5e-7.
LANE_FUNCTION Vec gelu_of(Vec x) {
  const Vec zero = broadcast(0);
  const Vec magnitude = min(broadcast(16), max(zero - x, x));
  const Vec z = magnitude * broadcast(0.70710678f);
  const Vec t = broadcast(1) / fma(z, broadcast(0.3275911f), broadcast(1));
  Vec p = broadcast(1.061405429f);
  p = fma(p, t, broadcast(-1.453152027f));
  p = fma(p, t, broadcast(1.421413741f));
  p = fma(p, t, broadcast(-0.284496736f));
  p = fma(p, t, broadcast(0.254829592f));
  const Vec complement = p * t * exponential(zero - z * z);
  return max(zero, x) - broadcast(0.5f) * magnitude * complement;
}

LANE_FUNCTION Vec silu_of(Vec x) { return x / (broadcast(1) + exponential(broadcast(0) - x)); }

/// y = F(x) for any count: the last elements pass through a whole vector.
template <Vec (*F)(Vec)>
static void each(const float* x, float* y, size_t count) {
  size_t i = 0;
  for (; i + width <= count; i += width) store(y + i, F(load(x + i)));
  if (i == count) return;
  float last[width] = {};
  memcpy(last, x + i, (count - i) * sizeof(float));
  store(last, F(load(last)));
  memcpy(y + i, last, (count - i) * sizeof(float));
}

static void gelu(const float* x, float* y, size_t count) { each<gelu_of>(x, y, count); }
static void silu(const float* x, float* y, size_t count) { each<silu_of>(x, y, count); }

static void swiglu(const float* gate, const float* up, float* y, size_t count) {
  size_t i = 0;
  for (; i + width <= count; i += width) store(y + i, silu_of(load(gate + i)) * load(up + i));
  if (i == count) return;
  silu(gate + i, y + i, count - i);
  for (; i < count; i++) y[i] *= up[i];
}

static float largest_number(const float* x, size_t count) {
  Vec top = broadcast(-INFINITY);
  size_t i = 0;
  for (; i + width <= count; i += width) top = max(load(x + i), top);
  float result = largest(top);
  for (; i < count; i++) result = x[i] > result ? x[i] : result;
  return result;
}

/// Sum of e^(x - top), for a `top` that no x exceeds.
static float sum_of_exponentials(const float* x, size_t count, float top) {
  Vec total = broadcast(0);
  size_t i = 0;
  for (; i + width <= count; i += width) {
    total = total + exponential(load(x + i) - broadcast(top));
  }
  if (i == count) return sum(total);
  float last[width];
  for (size_t lane = 0; lane < width; lane++, i++) last[lane] = i < count ? x[i] : -INFINITY;
  return sum(total + exponential(load(last) - broadcast(top)));
}

/// The end of an epilogue.
static void finish_rows(float* y, size_t rows, size_t stride, size_t columns, bool with_gelu,
                        const float* residual) {
  for (size_t r = 0; r < rows; r++, y += stride) {
    if (with_gelu) each<gelu_of>(y, y, columns);
    if (!residual) continue;
    const float* term = residual + r * stride;
    size_t c = 0;
    for (; c + width <= columns; c += width) store(y + c, load(y + c) + load(term + c));
    for (; c < columns; c++) y[c] += term[c];
  }
}

// ---- norms -------------------------------------------------------------------------------------

/// Sum of (x - mean)^2.
static float squares(const float* x, float mean, size_t size) {
  Vec part = broadcast(0);
  size_t i = 0;
  for (; i + width <= size; i += width) {
    const Vec d = load(x + i) - broadcast(mean);
    part = fma(d, d, part);
  }
  float total = sum(part);
  for (; i < size; i++) total += (x[i] - mean) * (x[i] - mean);
  return total;
}

static void rms_norm(const float* x, const float* weight, float eps, float* y, size_t size) {
  const float factor = 1 / __builtin_sqrtf(squares(x, 0, size) / float(size) + eps);
  size_t i = 0;
  for (; i + width <= size; i += width) {
    store(y + i, load(x + i) * broadcast(factor) * load(weight + i));
  }
  for (; i < size; i++) y[i] = x[i] * factor * weight[i];
}

static void layer_norm(const float* x, const float* weight, const float* bias, float eps, float* y,
                       size_t size) {
  Vec part = broadcast(0);
  size_t i = 0;
  for (; i + width <= size; i += width) part = part + load(x + i);
  float total = sum(part);
  for (; i < size; i++) total += x[i];
  const float mean = total / float(size);
  const float factor = 1 / __builtin_sqrtf(squares(x, mean, size) / float(size) + eps);
  for (i = 0; i + width <= size; i += width) {
    Vec value = (load(x + i) - broadcast(mean)) * broadcast(factor);
    if (weight) value = value * load(weight + i);
    if (bias) value = value + load(bias + i);
    store(y + i, value);
  }
  const size_t rest = i;
  for (; i < size; i++) y[i] = (x[i] - mean) * factor;
  if (weight) {
    for (i = rest; i < size; i++) y[i] *= weight[i];
  }
  if (bias) {
    for (i = rest; i < size; i++) y[i] += bias[i];
  }
}

// ---- rotary embedding --------------------------------------------------------------------------

static void rope(const float* x, const float* rotation, float* y, size_t dim, size_t dims) {
  const size_t half = dims / 2;
  size_t i = 0;
  for (; i + width <= half; i += width) {
    const Vec a = load(x + i), b = load(x + half + i);
    const Vec c = load(rotation + i), s = load(rotation + half + i);
    store(y + i, a * c - b * s);
    store(y + half + i, fma(b, c, a * s));
  }
  for (; i < half; i++) {
    const float a = x[i], b = x[half + i];
    y[i] = a * rotation[i] - b * rotation[half + i];
    y[half + i] = b * rotation[i] + a * rotation[half + i];
  }
  for (i = 2 * half; i < dim; i++) y[i] = x[i];
}
