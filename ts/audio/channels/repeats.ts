import { audible, clear, type Likeness, Loudness, Pairs } from "./likeness.ts";

/** From this share of common energy on a channel repeats another: what differs is 20 dB below. */
const repeated = 0.99;
/** It does until it has less in common than this: 10 dB. */
const repeatedNoMore = 0.9;
/** The earlier channel is taken for the source unless the later one is louder by this: 6 dB. */
const lead = 4;
/** A channel that repeats another in all but this share of its energy has nothing of its own. */
const ownShare = 0.01;

/**
 * Which channels say nothing of their own: those that repeat another one, louder, softer or in
 * opposite phase, as both channels of a mono recording do, and the crosstalk of a telephone. Judged
 * stretch by stretch: lines that are one while it rings part when somebody answers.
 */
export class Repeats {
  readonly #loudness = new Loudness();
  readonly #alike = new Pairs();
  /** The energy that a channel had in all, and where it repeated another one. */
  readonly #energies = new Map<number, { all: number; repeated: number; source: number }>();
  #repeating: ReadonlySet<number> = new Set();

  /** The channels, counted from 0, that repeat another one in the next stretch of time. */
  next(window: Likeness): ReadonlySet<number> {
    const loudness = this.#loudness.next(window);
    if (loudness < audible) return this.#repeating;
    this.#alike.judge(window.channels, (a, b) => {
      const common = window.correlation(a, b) ** 2;
      if (common >= repeated) return true;
      return common < repeatedNoMore && loudness >= clear ? false : undefined;
    });
    this.#repeating = this.#choose(window);
    return this.#repeating;
  }

  /** Channels that had hardly anything of their own, with the channel that they repeat. */
  get whole(): { channel: number; repeats: number }[] {
    return [...this.#energies]
      .filter(([, { all, repeated }]) => repeated > 0 && all - repeated <= ownShare * all)
      .map(([channel, { source }]) => ({ channel, repeats: source }))
      .sort((a, b) => a.channel - b.channel);
  }

  #choose(window: Likeness): ReadonlySet<number> {
    const sources: number[] = [];
    const repeating = new Map<number, number>();
    for (let channel = 0; channel < window.channels; channel++) {
      const energy = window.energy(channel);
      if (energy === 0) continue;
      const index = sources.findIndex((source) => this.#alike.has(channel, source));
      const source = sources[index];
      if (source === undefined) {
        sources.push(channel);
      } else if (energy > lead * window.energy(source)) {
        sources[index] = channel;
        repeating.set(source, channel);
      } else repeating.set(channel, source);
    }
    for (const channel of [...sources, ...repeating.keys()]) {
      this.#count(channel, window.energy(channel), repeating.get(channel));
    }
    return new Set(repeating.keys());
  }

  #count(channel: number, energy: number, source: number | undefined): void {
    const before = this.#energies.get(channel) ?? { all: 0, repeated: 0, source: 0 };
    this.#energies.set(channel, {
      all: before.all + energy,
      repeated: before.repeated + (source === undefined ? 0 : energy),
      source: source ?? before.source,
    });
  }
}
