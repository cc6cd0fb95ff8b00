/** The segment, the step within it and the sign of a companded byte are told apart by its bits. */
const stepMask = 0x0f;
const segmentShift = 4;
const segmentMask = 0x07;
const signBit = 0x80;

/** What is added to every value of μ-law, so that its segments are powers of two. */
const muBias = 0x84;

/** The 14-bit value of each byte of μ-law (ITU-T G.711), as a sample in [-1, 1]. */
export const muLaw = table((byte) => {
  const bits = ~byte & 0xff;
  const segment = (bits >> segmentShift) & segmentMask;
  const value = ((((bits & stepMask) << 3) + muBias) << segment) - muBias;
  return (bits & signBit) === 0 ? value : -value;
});

/** The 13-bit value of each byte of A-law (ITU-T G.711), as a sample in [-1, 1]. */
export const aLaw = table((byte) => {
  // Every other bit is sent inverted.
  const bits = byte ^ 0x55;
  const segment = (bits >> segmentShift) & segmentMask;
  const step = ((bits & stepMask) << 4) + 8;
  const value = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return (bits & signBit) === 0 ? -value : value;
});

function table(expand: (byte: number) => number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, byte) => expand(byte) / 2 ** 15);
}
