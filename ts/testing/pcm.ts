/** Samples at 16 kHz as s16le at 24 kHz: each third is between two that there were. */
export function pcmAt24k(samples: Float32Array): Uint8Array {
  const data = Int16Array.from({ length: Math.floor(samples.length * 1.5) }, (_, i) => {
    const [before, part] = [Math.floor(i / 1.5), (i / 1.5) % 1];
    const after = samples[before + 1] ?? 0;
    return 32_767 * (samples[before]! * (1 - part) + after * part);
  });
  return new Uint8Array(data.buffer);
}
