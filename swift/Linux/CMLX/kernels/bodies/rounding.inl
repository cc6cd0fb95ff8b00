// Float weights on their way to bytes, of one table: part of kernels.inl. A model is opened as soon
// as all of them went through here.

static void to_floats(Storage storage, const uint8_t* from, size_t count, float* to) {
  size_t i = 0;
  for (; i + width <= count; i += width) store(to + i, load_scales(storage, from, i));
  if (i == count) return;
  uint8_t part[width * sizeof(float)] = {};
  float last[width];
  memcpy(part, from + i * scale_bytes(storage), (count - i) * scale_bytes(storage));
  store(last, load_scales(storage, part, 0));
  memcpy(to + i, last, (count - i) * sizeof(float));
}

static void round_weights(const float* values, float* scale, float* bias, uint8_t* codes) {
  constexpr uint32_t middle = 128;
  const Vec zero = broadcast(0);
  Vec top = load(values), bottom = zero - top;
  for (size_t i = width; i < max_span_inputs; i += width) {
    const Vec value = load(values + i);
    top = max(value, top);
    bottom = max(zero - value, bottom);
  }
  *bias = -largest(bottom);
  *scale = (largest(top) - *bias) / 255;
  // Values that are all the same have no scale.
  const Vec inverse = broadcast(*scale > 1e-30f ? 1 / *scale : 0), least = broadcast(*bias);
  // Bytes are stored signed.
  auto* bytes = reinterpret_cast<int8_t*>(codes);
  for (size_t i = 0; i < max_span_inputs; i += width) {
    const Words code = round_words((load(values + i) - least) * inverse);
    store_bytes(bytes + i, add(code, -middle));
  }
  for (size_t i = 0; i < max_span_inputs; i += sizeof(Words)) {
    store_words(codes + i, flip(load_words(codes + i), middle * 0x01010101));
  }
}
