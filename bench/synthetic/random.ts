/** `length` pseudo-random bytes, the same on every machine. */
export function randomBytes(length: number, seed = 1): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let state = seed;
  for (let i = 0; i < words.length; i++) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** The standard deviation of every random weight: as models are initialised. */
export const deviation = 0.02;

/** `count` bfloat16 numbers, close to normal: four uniform bytes added. */
export function randomBfloat16(count: number): Uint8Array {
  const uniform = randomBytes(4 * count);
  // A uniform byte has the variance (256² − 1) / 12.
  const scale = deviation / Math.sqrt((4 * (256 ** 2 - 1)) / 12);
  const numbers = Float32Array.from({ length: count }, (_, i) => {
    const [a, b, c, d] = uniform.subarray(4 * i, 4 * i + 4);
    return (a! + b! + c! + d! - 510) * scale;
  });
  return bfloat16(numbers);
}

/** The upper halves of float32 numbers, little-endian. */
export function bfloat16(numbers: Float32Array): Uint8Array {
  const words = new Uint16Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length);
  return new Uint8Array(Uint16Array.from(numbers, (_, i) => words[2 * i + 1]!).buffer);
}

/** One number many times over, as a block to repeat. */
export function constantBfloat16(value: number, count = 4096): Uint8Array {
  return bfloat16(new Float32Array(count).fill(value));
}
