import { audible, clear, type Likeness, Loudness, Pairs } from "./likeness.ts";

/** From this correlation on two channels would cancel each other out. */
const opposed = -0.9;
/** They do until their correlation is above this. */
const opposedNoMore = -0.7;
/** Of two, that stays which was heard, unless the other one is louder by this factor: 6 dB. */
const lead = 4;
/** Stretches of time in opposite phase that are worth a word. */
const worthTelling = 2;

/**
 * Which channels a mix is made of: all but those in opposite phase to another one, with which they
 * would cancel out, as when a microphone is wired the wrong way round. Judged stretch by stretch,
 * each before it is heard; what was found holds in pauses.
 */
export class Mixture {
  readonly #loudness = new Loudness();
  readonly #opposed = new Pairs();
  readonly #leftOut = new Map<number, { opposes: number; count: number }>();
  #heard: readonly number[];

  constructor(channels: number) {
    this.#heard = Array.from({ length: channels }, (_, channel) => channel);
  }

  /** The channels to mix in the next stretch of time, counted from 0. */
  next(window: Likeness): readonly number[] {
    const loudness = this.#loudness.next(window);
    if (loudness < audible) return this.#heard;
    this.#opposed.judge(window.channels, (a, b) => {
      const correlation = window.correlation(a, b);
      if (correlation <= opposed) return true;
      return correlation > opposedNoMore && loudness >= clear ? false : undefined;
    });
    this.#heard = this.#choose(window);
    return this.#heard;
  }

  /** Channels that were left out for some time, counted from 0, with that which they oppose. */
  get leftOut(): { channel: number; opposes: number }[] {
    return [...this.#leftOut]
      .filter(([, { count }]) => count >= worthTelling)
      .map(([channel, { opposes }]) => ({ channel, opposes }));
  }

  #choose(window: Likeness): readonly number[] {
    const heard: number[] = [];
    for (let channel = 0; channel < window.channels; channel++) {
      const index = heard.findIndex((other) => this.#opposed.has(channel, other));
      const other = heard[index];
      if (other === undefined) {
        heard.push(channel);
      } else if (this.#isRather(channel, other, window)) {
        heard[index] = channel;
        this.#count(other, channel);
      } else this.#count(channel, other);
    }
    return heard;
  }

  /** Whether a channel is heard rather than one before it that it opposes. */
  #isRather(channel: number, other: number, window: Likeness): boolean {
    const [own, others] = [window.energy(channel), window.energy(other)];
    const wasHeard = this.#heard.includes(channel) && !this.#heard.includes(other);
    return wasHeard ? lead * own >= others : own > lead * others;
  }

  #count(channel: number, opposes: number): void {
    const count = this.#leftOut.get(channel)?.count ?? 0;
    this.#leftOut.set(channel, { opposes, count: count + 1 });
  }
}
