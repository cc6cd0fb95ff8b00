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

/** One number many times over in float32, as a block to repeat. */
export function constantFloat32(value: number, count = 16_384): Uint8Array {
  return new Uint8Array(new Float32Array(count).fill(value).buffer);
}

/**
 * Random blocks as ggml quantizes: a float16 scale, then the codes of some weights. Codes of
 * `levels` levels around zero deviate by so much, and the scale makes that the wanted deviation.
 */
export function randomBlocks(blockBytes: number, levels: number, count = 50_000): Uint8Array {
  const blocks = randomBytes(count * blockBytes);
  const view = new DataView(blocks.buffer);
  const scale = deviation / Math.sqrt((levels ** 2 - 1) / 12);
  for (let at = 0; at < blocks.length; at += blockBytes) view.setFloat16(at, scale, true);
  return blocks;
}

/** Between 2⁻⁷ and 2⁻⁵, of either sign: the upper bits of the exponent stand, the others vary. */
export function randomFloat16(): Uint8Array {
  const noise = new Uint16Array(randomBytes(1_000_000).buffer);
  return new Uint8Array(noise.map((bits) => 0x2000 | (bits & 0x87ff)).buffer);
}
