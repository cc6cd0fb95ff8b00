import type { Span } from "../../contract/transcript.ts";

/** Spans of sound reach so far beyond it on both sides, in seconds (`ts/audio/speech/vad.ts`). */
const margin = 0.05;

/** Time in a piece of audio, and time as counted by a clock that stands still in its pauses. */
export class SpokenClock {
  /** Sound in seconds from the start of the audio; the whole where there is none. */
  readonly #sound: readonly Span[];
  /** Spoken seconds before each span. */
  readonly #before: readonly number[];
  readonly #total: number;

  constructor({ start, end, speech }: Span & { speech: readonly Span[] }) {
    const seconds = end - start;
    const sound = speech
      .map((span) => withoutMargin(Math.max(0, span.start - start), span.end - start, seconds))
      .filter((span) => span.end > span.start);
    this.#sound = sound.length > 0 ? sound : [{ start: 0, end: seconds }];
    let total = 0;
    this.#before = this.#sound.map((span) => {
      const before = total;
      total += span.end - span.start;
      return before;
    });
    this.#total = total;
  }

  /** How much was spoken before a time, in seconds. */
  spoken(time: number): number {
    const index = this.#sound.findLastIndex(({ start }) => start <= time);
    const span = this.#sound[index];
    return span === undefined ? 0 : this.#before[index]! + Math.min(time, span.end) - span.start;
  }

  /** When a word starts, after the pause where it starts at one. */
  startAt(spoken: number): number {
    const index = this.#before.findLastIndex((before) => before <= spoken + slack);
    return this.#within(Math.max(0, index), spoken);
  }

  /** When a word ends, before the pause where it ends at one. */
  endAt(spoken: number): number {
    const index = this.#before.findLastIndex((before) => before < spoken - slack);
    return this.#within(Math.max(0, index), spoken);
  }

  /** The longest pause between two spoken times, those included; undefined: there is none. */
  longestPause(from: number, to: number): number | undefined {
    let [longest, found]: [number, number | undefined] = [0, undefined];
    for (const [index, span] of this.#sound.entries()) {
      const at = this.#before[index]!;
      const last = this.#sound[index - 1];
      if (last === undefined || at < from || at > to) continue;
      if (span.start - last.end > longest) [longest, found] = [span.start - last.end, at];
    }
    return found;
  }

  /** The last pause until a spoken time, or the beginning. */
  pauseUntil(spoken: number): number {
    return this.#before.findLast((before) => before <= spoken) ?? 0;
  }

  /** The first pause from a spoken time on, or the end. */
  pauseFrom(spoken: number): number {
    return this.#before.find((before) => before >= spoken && before > 0) ?? this.#total;
  }

  #within(index: number, spoken: number): number {
    const { start, end } = this.#sound[index]!;
    return Math.min(end, Math.max(start, start + spoken - this.#before[index]!));
  }
}

/** Sums are not exact, in seconds. */
const slack = 1e-6;

function withoutMargin(start: number, end: number, seconds: number): Span {
  const cut = Math.min(margin, (end - start) / 4);
  return {
    start: start > 0 ? start + cut : 0,
    end: end < seconds ? end - cut : seconds,
  };
}
