import { aLaw, muLaw } from "../../audio/samples/g711.ts";
import { type Samples, sampleRate } from "../../audio/samples/recording.ts";
import { Resampler } from "../../audio/samples/resampler.ts";

/** How the sound of a session is coded, in OpenAI's words. */
export type AudioFormat =
  | { readonly type: "audio/pcm"; readonly rate: (typeof pcmRates)[number] }
  | { readonly type: "audio/pcmu" | "audio/pcma" };

/** Rates of plain samples, in Hz; OpenAI's own is the first. */
export const pcmRates = [24_000, 16_000] as const;

/** The rate of telephony, in Hz. */
const telephoneRate = 8000;

/** Turns the bytes of a client into samples at 16 kHz, however they were cut into messages. */
export class FormatDecoder {
  readonly #companding: Float32Array | undefined;
  /** Undefined for what has the rate that models hear. */
  readonly #resampler: Resampler | undefined;
  /** The first byte of a sample that is not whole yet. */
  #odd: number | undefined;

  constructor(format: AudioFormat) {
    const { type } = format;
    this.#companding = type === "audio/pcm" ? undefined : type === "audio/pcmu" ? muLaw : aLaw;
    const rate = type === "audio/pcm" ? format.rate : telephoneRate;
    this.#resampler = rate === sampleRate ? undefined : new Resampler(rate);
  }

  push(bytes: Uint8Array): Samples {
    const table = this.#companding;
    const input = table === undefined ? this.#pcm(bytes) : expanded(bytes, table);
    return this.#resampler?.push(input) ?? input;
  }

  /** The last samples of a turn, which a filter holds back. */
  flush(): Samples {
    return this.#resampler?.flush() ?? new Float32Array(0);
  }

  #pcm(bytes: Uint8Array): Samples {
    const odd = this.#odd;
    const before = odd === undefined ? 0 : 1;
    const count = (before + bytes.length) >> 1;
    const samples = new Float32Array(count);
    const byteAt = (index: number) => (index < before ? odd! : bytes[index - before]!);
    for (let i = 0; i < count; i++) {
      const bits = byteAt(2 * i) | (byteAt(2 * i + 1) << 8);
      samples[i] = (bits << 16) / 2 ** 31;
    }
    const rest = before + bytes.length - 2 * count;
    this.#odd = rest === 0 ? undefined : bytes.at(-1);
    return samples;
  }
}

function expanded(bytes: Uint8Array, table: Float32Array): Samples {
  const samples = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) samples[i] = table[bytes[i]!]!;
  return samples;
}

/** Samples as 16-bit integers, which is as exact as what the client sent, and half as long. */
export function bytesOf(samples: Float32Array): Uint8Array<ArrayBuffer> {
  const integers = new Int16Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    const value = Math.round(samples[i]! * 2 ** 15);
    integers[i] = Math.max(-(2 ** 15), Math.min(2 ** 15 - 1, value));
  }
  return new Uint8Array(integers.buffer);
}

/** A place in samples as milliseconds. */
export function milliseconds(samples: number): number {
  return Math.round((samples / sampleRate) * 1000);
}
