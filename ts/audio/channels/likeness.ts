import { channelOf, type Frames } from "./frames.ts";

/**
 * How loud the channels of a stretch of time are, and how alike, without offset and hum, which
 * channels share whatever they hear. High frequencies count by what energy they have, which is
 * little in speech: at low bit rates codecs give these to all channels alike.
 */
export class Likeness {
  readonly channels: number;
  /** Products of two channels, summed: energies on the diagonal. */
  readonly #sums: Float64Array;

  private constructor(channels: number, sums: Float64Array) {
    this.channels = channels;
    this.#sums = sums;
  }

  static of(frames: Pick<Frames, "channels" | "samples">): Likeness {
    const { channels, samples } = frames;
    const sums = new Float64Array(channels * channels);
    const stride = Math.ceil(samples.length / maxSamples);
    const voices = Array.from({ length: channels }, (_, index) =>
      voiceOf(channelOf(frames, index), stride),
    );
    for (let a = 0; a < channels; a++) {
      sums[a * channels + a] = productOf(voices[a]!, voices[a]!);
      if (sums[a * channels + a] === 0) continue;
      for (let b = 0; b < a; b++) {
        if (sums[b * channels + b] === 0) continue;
        const product = productOf(voices[a]!, voices[b]!);
        sums[a * channels + b] = product;
        sums[b * channels + a] = product;
      }
    }
    return new Likeness(channels, sums);
  }

  energy(channel: number): number {
    return this.#sums[channel * this.channels + channel]!;
  }

  /** The energy of the loudest channel. */
  get loudest(): number {
    let max = 0;
    for (let channel = 0; channel < this.channels; channel++) {
      max = Math.max(max, this.energy(channel));
    }
    return max;
  }

  /** 1: the same but for loudness, -1: the same in opposite phase, 0: nothing in common. */
  correlation(a: number, b: number): number {
    const energies = this.energy(a) * this.energy(b);
    return energies > 0 ? this.#sums[a * this.channels + b]! / Math.sqrt(energies) : 0;
  }
}

/** Of more samples in all, some are compared: each channel is compared with all others. */
const maxSamples = 64_000;

/** The share that a first-order high-pass at 150 Hz keeps from sample to sample at 16 kHz. */
const kept = Math.exp((-2 * Math.PI * 150) / 16_000);

/** Every so many samples without offset and hum. */
function voiceOf(samples: Float32Array, stride: number): Float32Array {
  const voice = new Float32Array(Math.ceil(samples.length / stride));
  let [before, once, twice] = [samples[0] ?? 0, 0, 0];
  for (let i = 0, next = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    const onceBefore = once;
    once = kept * (once + sample - before);
    twice = kept * (twice + once - onceBefore);
    before = sample;
    if (i !== next) continue;
    voice[i / stride] = twice;
    next += stride;
  }
  return voice;
}

function productOf(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** What is left of the loudest after each stretch: 40 dB are forgotten within half a minute. */
const loudnessKept = 0.85;

/** A stretch of time that is quieter than this part of the loudest of late tells nothing: 40 dB. */
export const audible = 1e-4;
/** In one that is louder than this somebody speaks; softer ones may be pauses: 25 dB. */
export const clear = 3e-3;

/** How loud each stretch of time is, as a part of the loudest of late. */
export class Loudness {
  #loudest = 0;

  /** 0 to 1; the next call is about the next stretch. */
  next(window: Likeness): number {
    const energy = window.loudest;
    this.#loudest = Math.max(energy, loudnessKept * this.#loudest);
    return energy > 0 ? energy / this.#loudest : 0;
  }
}

/** Pairs of channels of which something is so until the sound clearly says otherwise. */
export class Pairs {
  readonly #pairs = new Set<string>();

  get isEmpty(): boolean {
    return this.#pairs.size === 0;
  }

  has(a: number, b: number): boolean {
    return this.#pairs.has(a < b ? `${a},${b}` : `${b},${a}`);
  }

  /** Judges all pairs: `isSo` says true, false, or undefined where it cannot tell. */
  judge(channels: number, isSo: (a: number, b: number) => boolean | undefined): void {
    for (let b = 1; b < channels; b++) {
      for (let a = 0; a < b; a++) {
        const found = isSo(a, b);
        if (found === true) this.#pairs.add(`${a},${b}`);
        if (found === false) this.#pairs.delete(`${a},${b}`);
      }
    }
  }
}
