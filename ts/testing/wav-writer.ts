export interface WavChunk {
  id: string;
  body: Uint8Array;
  padded?: boolean;
}

/** A WAV file for tests: `data` as it stands, and a header that can be made to lie. */
export interface WavParts {
  data: Uint8Array;
  tag?: number;
  channels?: number;
  sampleRate?: number;
  bits?: number;
  blockSize?: number;
  /** Chunks between the format and the samples. */
  chunks?: WavChunk[];
  /** Chunks behind the samples. */
  after?: WavChunk[];
  riffSize?: number;
  dataSize?: number;
  /** Writes WAVE_FORMAT_EXTENSIBLE around the tag. */
  extensible?: boolean;
  /** Writes RF64 with the true sizes in a ds64 chunk. */
  rf64?: boolean;
}

export function wavFile(parts: WavParts): Uint8Array {
  const { data, tag = 1, channels = 1, sampleRate = 16000, bits = 16 } = parts;
  const blockSize = parts.blockSize ?? channels * Math.ceil(bits / 8);
  const format = new DataView(new ArrayBuffer(parts.extensible ? 40 : 16));
  format.setUint16(0, parts.extensible ? 0xfffe : tag, true);
  format.setUint16(2, channels, true);
  format.setUint32(4, sampleRate, true);
  format.setUint32(8, (sampleRate * blockSize) >>> 0, true);
  format.setUint16(12, blockSize, true);
  format.setUint16(14, bits, true);
  if (parts.extensible) {
    format.setUint16(16, 22, true);
    format.setUint16(18, bits, true);
    const guid = [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113];
    format.setUint16(24, tag, true);
    for (const [i, byte] of guid.entries()) format.setUint8(26 + i, byte);
  }
  const sizes = new DataView(new ArrayBuffer(28));
  sizes.setBigUint64(8, BigInt(data.length), true);
  const chunks = [
    ...(parts.rf64 ? [chunk("ds64", new Uint8Array(sizes.buffer))] : []),
    chunk("fmt ", new Uint8Array(format.buffer)),
    ...chunksOf(parts.chunks),
    chunk("data", data, true, parts.rf64 ? 0xffffffff : parts.dataSize),
    ...chunksOf(parts.after),
  ];
  const length = 4 + chunks.reduce((sum, { length }) => sum + length, 0);
  const head = new DataView(new ArrayBuffer(12));
  head.setUint32(4, parts.riffSize ?? (parts.rf64 ? 0xffffffff : length), true);
  const encoder = new TextEncoder();
  encoder.encodeInto(parts.rf64 ? "RF64" : "RIFF", new Uint8Array(head.buffer, 0, 4));
  encoder.encodeInto("WAVE", new Uint8Array(head.buffer, 8, 4));
  return Buffer.concat([new Uint8Array(head.buffer), ...chunks]);
}

/** Mono 16-bit PCM. */
export function pcm16Wav(samples: Float32Array, sampleRate = 16000): Uint8Array {
  const data = Int16Array.from(samples, (x) => Math.max(-32768, Math.min(32767, x * 32768)));
  return wavFile({ data: new Uint8Array(data.buffer), sampleRate });
}

/** The same with several channels. */
export function channelsWav(...channels: readonly Float32Array[]): Uint8Array<ArrayBuffer> {
  const samples = new Int16Array(channels.length * channels[0]!.length);
  for (const [index, channel] of channels.entries()) {
    for (let at = 0; at < channel.length; at++) {
      samples[at * channels.length + index] = 32_767 * channel[at]!;
    }
  }
  const data = new Uint8Array(samples.buffer);
  return Uint8Array.from(wavFile({ data, channels: channels.length }));
}

/** A sine of 440 Hz at half amplitude. */
export function tone(seconds: number, sampleRate = 16000): Float32Array {
  const step = (2 * Math.PI * 440) / sampleRate;
  return Float32Array.from(
    { length: Math.round(seconds * sampleRate) },
    (_, i) => 0.5 * Math.sin(step * i),
  );
}

function chunksOf(chunks: readonly WavChunk[] = []): Uint8Array[] {
  return chunks.map(({ id, body, padded }) => chunk(id, body, padded));
}

function chunk(id: string, body: Uint8Array, padded = true, size = body.length): Uint8Array {
  const odd = padded && body.length % 2 === 1 ? 1 : 0;
  const bytes = new Uint8Array(8 + body.length + odd);
  new TextEncoder().encodeInto(id, bytes);
  new DataView(bytes.buffer).setUint32(4, size, true);
  bytes.set(body, 8);
  return bytes;
}
