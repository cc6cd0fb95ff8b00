import { AsrError } from "../../contract/errors.ts";
import type { ChannelChoice } from "../../contract/options.ts";
import { channelIndex, isOneChannel } from "./choice.ts";
import { channelOf, type Frames, meanOf, Windows } from "./frames.ts";
import { Likeness } from "./likeness.ts";
import { Mixture } from "./mixture.ts";
import { Repeats } from "./repeats.ts";

/** Channels are judged by so many frames: half a second at 16 kHz. */
const windowLength = 8000;

/** Of each channel a chunk is kept at a time: a few megabytes. */
const maxApart = 64;

/** Hears a recording: gives frames of one channel, or of all channels that are told apart. */
export interface Ear {
  /** What is heard of the frames so far and was not given yet. */
  push(frames: Frames): Iterable<Frames>;
  end(): Iterable<Frames>;
  /** What is worth a word, when all was heard. */
  readonly notes: readonly string[];
}

/**
 * The ear for a recording of so many channels, whose frames come at 16 kHz. Throws AsrError `input`
 * where `name` does not have the chosen channel.
 */
export function earFor(choice: ChannelChoice, channels: number, name: string): Ear {
  if (isOneChannel(choice)) return oneChannel(channelIndex(choice, channels, name));
  if (channels === 1) return oneChannel(0);
  if (choice === "each" && channels > maxApart) {
    const message = `${name}: has ${channels} channels, of which ${maxApart} can be heard apart`;
    throw new AsrError("input", message, "choose one, or hear their mean");
  }
  return choice === "mix" ? new MixingEar(channels) : new PartingEar();
}

function oneChannel(index: number): Ear {
  return {
    push: ({ at, ...frames }) => [{ at, channels: 1, samples: channelOf(frames, index) }],
    end: () => [],
    notes: [],
  };
}

/** Hears the mean of the channels, without those that would cancel others out. */
class MixingEar implements Ear {
  readonly #windows = new Windows(windowLength);
  readonly #mixture: Mixture;

  constructor(channels: number) {
    this.#mixture = new Mixture(channels);
  }

  *push(frames: Frames): Generator<Frames> {
    for (const window of this.#windows.push(frames)) yield this.#mixed(window);
  }

  *end(): Generator<Frames> {
    for (const window of this.#windows.end()) yield this.#mixed(window);
  }

  get notes(): string[] {
    return this.#mixture.leftOut.map(({ channel, opposes }) => {
      const [first, second] = [channel + 1, opposes + 1].sort((a, b) => a - b);
      return (
        `channels ${first} and ${second} are in opposite phase and cancel each other out when ` +
        `they are mixed: channel ${opposes + 1} is heard, without channel ${channel + 1}`
      );
    });
  }

  #mixed({ at, ...frames }: Frames): Frames {
    const heard = this.#mixture.next(Likeness.of(frames));
    return { at, channels: 1, samples: meanOf(frames, heard) };
  }
}

/**
 * Hears each channel, but for what it repeats of another one: there it hears the channel's own
 * background, so that its pauses stay what they were.
 */
class PartingEar implements Ear {
  readonly #windows = new Windows(windowLength);
  readonly #repeats = new Repeats();
  /** The quietest stretch that a channel had for itself. */
  readonly #backgrounds = new Map<number, { energy: number; samples: Float32Array }>();

  *push(frames: Frames): Generator<Frames> {
    for (const window of this.#windows.push(frames)) yield this.#own(window);
  }

  *end(): Generator<Frames> {
    for (const window of this.#windows.end()) yield this.#own(window);
  }

  get notes(): string[] {
    return this.#repeats.whole.map(
      ({ channel, repeats }) =>
        `channel ${channel + 1} repeats channel ${repeats + 1} and is not heard a second time`,
    );
  }

  #own(window: Frames): Frames {
    const likeness = Likeness.of(window);
    const repeating = this.#repeats.next(likeness);
    for (let channel = 0; channel < window.channels; channel++) {
      if (!repeating.has(channel)) this.#listen(window, channel, likeness.energy(channel));
    }
    if (repeating.size === 0) return window;
    const { channels } = window;
    const samples = window.samples.slice();
    for (const channel of repeating) {
      const background = this.#backgrounds.get(channel)?.samples;
      for (let at = channel, i = 0; at < samples.length; at += channels, i++) {
        samples[at] = background?.[i] ?? 0;
      }
    }
    return { ...window, samples };
  }

  #listen(window: Frames, channel: number, energy: number): void {
    const isWhole = window.samples.length === windowLength * window.channels;
    if (!isWhole || energy >= (this.#backgrounds.get(channel)?.energy ?? Number.POSITIVE_INFINITY))
      return;
    this.#backgrounds.set(channel, { energy, samples: channelOf(window, channel) });
  }
}
