/** Samples as 16-bit little-endian bytes. */
export function pcm16(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(2 * samples.length));
  for (const [index, sample] of samples.entries()) {
    const scaled = Math.max(-1, Math.min(1, sample)) * (sample < 0 ? 32768 : 32767);
    view.setInt16(2 * index, Math.round(scaled), true);
  }
  return new Uint8Array(view.buffer);
}
