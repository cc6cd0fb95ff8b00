import { textAt, viewOf } from "./byte-source.ts";

/** A frame of MPEG audio, as MP3 has them. */
export interface Frame {
  /** With its header, in bytes. */
  length: number;
  samples: number;
  sampleRate: number;
  /** What stays the same from frame to frame: version, layer, rate. */
  kind: number;
  /** Where a header of Xing, LAME or VBRI would stand in it. */
  tagAt: number;
}

/** kbit/s of layers I, II and III of MPEG-1, then I and the others of MPEG-2. */
const bitRates = [
  [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];
const sampleRates = [44_100, 48_000, 32_000];

/** The frame that begins at a byte; undefined for none, or one of no fixed length. */
export function frameIn(bytes: Uint8Array, at: number): Frame | undefined {
  if (at + 4 > bytes.length) return undefined;
  const head = viewOf(bytes).getUint32(at);
  if (head >>> 21 !== 0x7ff) return undefined;
  const version = (head >>> 19) & 3;
  const layer = 4 - ((head >>> 17) & 3);
  const rateIndex = (head >>> 10) & 3;
  const isFirst = version === 3;
  if (version === 1 || layer === 4 || rateIndex === 3) return undefined;
  const row = isFirst ? layer - 1 : layer === 1 ? 3 : 4;
  const bitRate = 1000 * (bitRates[row]?.[(head >>> 12) & 15] ?? 0);
  if (bitRate === 0) return undefined;
  const sampleRate = sampleRates[rateIndex]! / (isFirst ? 1 : version === 2 ? 2 : 4);
  const samples = layer === 1 ? 384 : layer === 3 && !isFirst ? 576 : 1152;
  const padding = (head >>> 9) & 1;
  const length =
    layer === 1
      ? (Math.floor((12 * bitRate) / sampleRate) + padding) * 4
      : Math.floor((samples / 8) * (bitRate / sampleRate)) + padding;
  const isMono = ((head >>> 6) & 3) === 3;
  const tagAt = 4 + (isFirst ? (isMono ? 17 : 32) : isMono ? 9 : 17);
  return { length, samples, sampleRate, kind: head & 0xfffe0c00, tagAt };
}

/** The number of frames that a header, in place of sound, says will follow the one at `at`. */
export function promiseIn(bytes: Uint8Array, at: number, { tagAt }: Frame): number | undefined {
  const tag = textAt(bytes, at + tagAt);
  if ((tag === "Xing" || tag === "Info") && bytes.length >= at + tagAt + 12) {
    const view = viewOf(bytes);
    return view.getUint32(at + tagAt + 4) & 1 ? view.getUint32(at + tagAt + 8) : 0;
  }
  if (textAt(bytes, at + 36) !== "VBRI" || bytes.length < at + 54) return undefined;
  return viewOf(bytes).getUint32(at + 50);
}

/** Length of the ID3 tag at the beginning of these bytes; undefined where none is. */
export function id3Length(bytes: Uint8Array): number | undefined {
  if (textAt(bytes, 0, 3) !== "ID3" || bytes.length < 10) return undefined;
  const size = bytes.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 127), 0);
  return 10 + size + (bytes[5]! & 0x10 ? 10 : 0);
}
