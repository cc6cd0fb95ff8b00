import { readIntegers } from "../../audio/formats/wav-samples.ts";
import type { PcmEncoding } from "../../audio/pcm.ts";
import { Problem } from "../http/problem.ts";

/** How the samples of a stream are laid out: integers, little-endian, interleaved. */
export interface AudioFormat {
  /** In Hz. */
  rate: number;
  /** Bytes of a sample: 1 without a sign, 2 to 4 with one. */
  width: number;
  channels: number;
}

/** The format that an event tells; what it leaves out is as in `usual`. Throws `Problem`. */
export function formatOf(
  data: Readonly<Record<string, unknown>>,
  usual?: AudioFormat,
): AudioFormat {
  const whole = (name: keyof AudioFormat): number => {
    const value = data[name] ?? usual?.[name];
    if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
    throw new Problem(400, `${name} of the audio is no whole number above 0`, {
      code: "invalid_format",
    });
  };
  const format = { rate: whole("rate"), width: whole("width"), channels: whole("channels") };
  if (format.width > 4) {
    const message = `samples of ${format.width} bytes are not known; their width is 1, 2, 3 or 4`;
    throw new Problem(400, message, { code: "invalid_format" });
  }
  return format;
}

export function isSameFormat(one: AudioFormat, other: AudioFormat): boolean {
  return one.rate === other.rate && one.width === other.width && one.channels === other.channels;
}

/** Makes samples of any width such as recognizers take, part by part, without a loss. */
export class SampleConverter {
  readonly #width: number;
  /** The bytes of a sample that is not whole yet. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(width: number) {
    this.#width = width;
  }

  /** How what `convert` returns is laid out. */
  get encoding(): PcmEncoding {
    return this.#width <= 2 ? "s16le" : "f32le";
  }

  /** The samples that are whole with these bytes. */
  convert(bytes: Uint8Array): Uint8Array {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const count = Math.floor(all.length / this.#width);
    this.#rest = all.slice(count * this.#width);
    const whole = all.subarray(0, count * this.#width);
    if (this.#width === 2) return whole;
    if (this.#width === 1) return bytesOf(Int16Array.from(whole, (value) => (value - 128) * 256));
    return bytesOf(readIntegers(whole, this.#width));
  }
}

function bytesOf({ buffer }: Int16Array<ArrayBuffer> | Float32Array<ArrayBuffer>): Uint8Array {
  return new Uint8Array(buffer);
}
