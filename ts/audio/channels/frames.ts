// This folder: several channels and what is heard of them: one, their mean, or each on its own.

/** Frames that follow each other: a frame has one sample of each channel. */
export interface Frames {
  /** Place of the first frame in the recording, counted in frames. */
  at: number;
  channels: number;
  /** Interleaved. */
  samples: Float32Array<ArrayBuffer>;
}

/**
 * Frames of a fixed number, whatever blocks they come in: what is found out about them must not
 * depend on that. Shorter ones come where the recording has a gap, and at its end.
 */
export class Windows {
  readonly #length: number;
  #parts: Frames[] = [];
  /** Frames in the parts. */
  #held = 0;

  constructor(length: number) {
    this.#length = length;
  }

  /** The windows that are full with these frames. */
  *push(frames: Frames): Generator<Frames, void, undefined> {
    if (!this.#follows(frames)) yield* this.end();
    let rest = frames;
    while (this.#held + lengthOf(rest) >= this.#length) {
      const missing = this.#length - this.#held;
      this.#hold(part(rest, 0, missing));
      yield* this.end();
      rest = part(rest, missing);
    }
    this.#hold(rest);
  }

  /** What is left, if anything. */
  *end(): Generator<Frames, void, undefined> {
    const [first] = this.#parts;
    if (first === undefined) return;
    const { at, channels } = first;
    const samples = this.#parts.length === 1 ? first.samples : joined(this.#parts);
    this.#parts = [];
    this.#held = 0;
    yield { at, channels, samples };
  }

  #follows({ at, channels }: Frames): boolean {
    const [first] = this.#parts;
    if (first === undefined) return true;
    return first.at + this.#held === at && first.channels === channels;
  }

  #hold(frames: Frames): void {
    if (frames.samples.length === 0) return;
    this.#parts.push(frames);
    this.#held += lengthOf(frames);
  }
}

function lengthOf({ channels, samples }: Frames): number {
  return samples.length / channels;
}

function part({ at, channels, samples }: Frames, from: number, to?: number): Frames {
  const end = to === undefined ? samples.length : to * channels;
  return { at: at + from, channels, samples: samples.subarray(from * channels, end) };
}

function joined(parts: readonly Frames[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((sum, { samples }) => sum + samples.length, 0));
  let at = 0;
  for (const { samples } of parts) {
    all.set(samples, at);
    at += samples.length;
  }
  return all;
}

/** The mean of the channels, or of some of them, counted from 0. */
export function meanOf(
  { channels, samples }: Pick<Frames, "channels" | "samples">,
  heard?: readonly number[],
): Float32Array<ArrayBuffer> {
  if (channels === 1) return samples;
  const mean = new Float32Array(samples.length / channels);
  const chosen = heard ?? Array.from({ length: channels }, (_, channel) => channel);
  for (let frame = 0, at = 0; frame < mean.length; frame++, at += channels) {
    let sum = 0;
    for (let i = 0; i < chosen.length; i++) sum += samples[at + chosen[i]!]!;
    mean[frame] = sum / chosen.length;
  }
  return mean;
}

/** The samples of one channel, counted from 0. */
export function channelOf(
  { channels, samples }: Pick<Frames, "channels" | "samples">,
  index: number,
): Float32Array<ArrayBuffer> {
  if (channels === 1) return samples;
  const channel = new Float32Array(samples.length / channels);
  for (let frame = 0, at = index; frame < channel.length; frame++, at += channels) {
    channel[frame] = samples[at]!;
  }
  return channel;
}
