// What a convolution by Winograd's products takes of a picture (matrix/winograd.h): part of
// kernels.inl.

/// The pixels of a patch of 5 x 5, a pointer each, to the inputs of the nine products: sums and
/// differences of them, `channels` floats one after the other, a multiple of block_outputs.
static void winograd_patch(const float* const* pixels, size_t channels, float* const* to) {
  for (size_t at = 0; at < channels; at += width) {
    Vec down[3][3];  // of columns 0, 2 and 4
    UNROLL for (size_t c = 0; c < 3; c++) {
      const Vec middle = load(pixels[10 + 2 * c] + at);
      down[c][0] = load(pixels[2 * c] + at) - middle;
      down[c][1] = middle;
      down[c][2] = load(pixels[20 + 2 * c] + at) - middle;
    }
    UNROLL for (size_t a = 0; a < 3; a++) {
      store(to[3 * a] + at, down[0][a] - down[1][a]);
      store(to[3 * a + 1] + at, down[1][a]);
      store(to[3 * a + 2] + at, down[2][a] - down[1][a]);
    }
    const size_t second = channels + at, third = 2 * channels + at, fourth = 3 * channels + at;
    UNROLL for (size_t end = 0; end < 3; end += 2) {
      const float* const* column = pixels + 1 + end;
      const Vec below = load(column[10] + at);
      store(to[end] + second, load(column[0] + at) - below);
      store(to[3 + end] + second, below);
      store(to[6 + end] + second, load(column[20] + at) - below);
      const float* const* row = pixels + 5 * (1 + end);
      const Vec beside = load(row[2] + at);
      store(to[3 * end] + third, load(row[0] + at) - beside);
      store(to[3 * end + 1] + second, beside);
      store(to[3 * end + 2] + third, load(row[4] + at) - beside);
      store(to[3 * end] + fourth, load(row[1] + at));
      store(to[3 * end + 2] + fourth, load(row[3] + at));
    }
  }
}
