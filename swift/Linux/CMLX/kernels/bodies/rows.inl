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

/// Whether an instruction chooses from sixteen floats by the low four bits of each index.
template <class Index>
concept PicksOfSixteen = requires(const float* choices, Index index) {
  { pick_of_sixteen(choices, index) } -> std::same_as<Vec>;
};

/// 1 - Phi between 0 and 6 in sixteen equal pieces: coefficients of t^5 … t^0, t from -0.5 to 0.5
/// in each. Fitted at Chebyshev nodes, to 1e-8.
constexpr float upper_tail[6][16] = {
    {-6.71182206e-05f, -2.52220234e-05f, 2.35295574e-05f, 4.51615524e-05f, 3.53536088e-05f,
     1.30887584e-05f, -3.22745245e-06f, -8.48212130e-06f, -6.92798585e-06f, -3.81420978e-06f,
     -1.60595243e-06f, -5.42301791e-07f, -1.50418899e-07f, -3.47539277e-08f, -6.74970968e-09f,
     -1.10884912e-09f},
    {-1.78001443e-04f, -4.20303579e-04f, -4.18783660e-04f, -2.32653576e-04f, -2.16006556e-05f,
     9.99973854e-05f, 1.20168137e-04f, 8.69149371e-05f, 4.68493563e-05f, 2.00867853e-05f,
     7.05588263e-06f, 2.06393065e-06f, 5.07826769e-07f, 1.05812951e-07f, 1.87600708e-08f,
     2.84006907e-09f},
    {3.32405185e-03f, 2.04617204e-03f, 2.73643294e-04f, -1.07077078e-03f, -1.55994284e-03f,
     -1.35999313e-03f, -8.88281851e-04f, -4.64173325e-04f, -1.99760296e-04f, -7.19129021e-05f,
     -2.18613131e-05f, -5.64692391e-06f, -1.24476685e-06f, -2.34890479e-07f, -3.80334839e-08f,
     -5.29393285e-09f},
    {5.16770361e-03f, 1.34694055e-02f, 1.69455614e-02f, 1.55586256e-02f, 1.13980398e-02f,
     6.89636823e-03f, 3.50537850e-03f, 1.51135994e-03f, 5.56069484e-04f, 1.75288122e-04f,
     4.74731860e-05f, 1.10686442e-05f, 2.22508561e-06f, 3.86107359e-07f, 5.78857424e-08f,
     7.50326201e-09f},
    {-1.46996588e-01f, -1.27712846e-01f, -9.64027196e-02f, -6.32224455e-02f, -3.60230617e-02f,
     -1.78327095e-02f, -7.66975200e-03f, -2.86597689e-03f, -9.30446491e-04f, -2.62444548e-04f,
     -6.43148378e-05f, -1.36934359e-05f, -2.53303642e-06f, -4.07097474e-07f, -5.68438701e-08f,
     -6.89600288e-09f},
    {4.25634325e-01f, 2.86887705e-01f, 1.74250722e-01f, 9.46757421e-02f, 4.57536243e-02f,
     1.95800774e-02f, 7.39460625e-03f, 2.45790114e-03f, 7.17542542e-04f, 1.83670185e-04f,
     4.11675937e-05f, 8.07099605e-06f, 1.38283031e-06f, 2.06901404e-07f, 2.70176166e-08f,
     3.07750314e-09f},
};

/// x Phi(x) = max(x, 0) - |x| (1 - Phi(|x|)), to 2e-7: by pieces where they can be picked, else
/// 1 - Phi(|x|) = erfc(|x| / sqrt 2) / 2 with erfc by Abramowitz & Stegun 7.1.26.
template <class Index = Words>
LANE_FUNCTION Vec gelu_of(Vec x) {
  const Vec zero = broadcast(0), size = max(zero - x, x);
  if constexpr (PicksOfSixteen<Index>) {
    const Vec magnitude = min(broadcast(5.9999995f), size);
    const Vec place = fma(magnitude, broadcast(16 / 6.0f), broadcast(-0.5f));
    const Index piece = round_words(place);
    const Vec t = place - to_float(piece);
    Vec tail = pick_of_sixteen(upper_tail[0], piece);
    UNROLL for (int i = 1; i < 6; i++) tail = fma(tail, t, pick_of_sixteen(upper_tail[i], piece));
    return max(zero, x) - magnitude * tail;
  } else {
    const Vec magnitude = min(broadcast(16), size);
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

static void gelu(const float* x, float* y, size_t count) { each<gelu_of<>>(x, y, count); }
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
    if (with_gelu) each<gelu_of<>>(y, y, columns);
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
  // Four sums, which do not wait for each other.
  Vec part[4] = {broadcast(0), broadcast(0), broadcast(0), broadcast(0)};
  const auto add = [&](size_t at, Vec& sum) {
    const Vec d = load(x + at) - broadcast(mean);
    sum = fma(d, d, sum);
  };
  size_t i = 0;
  for (; i + 4 * width <= size; i += 4 * width) {
    UNROLL for (size_t v = 0; v < 4; v++) add(i + v * width, part[v]);
  }
  for (; i + width <= size; i += width) add(i, part[0]);
  float total = sum((part[0] + part[1]) + (part[2] + part[3]));
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
