import type { Span } from "../contract/transcript.ts";

/** A stretch of text between two places where a speaker may pause. */
export interface Stretch {
  /** How long it takes to say, in any unit. */
  weight: number;
  /** Whether a sentence ends with it, where a pause is likely; else a clause. */
  endsSentence: boolean;
}

/**
 * Where stretches of text lie in the speech that they were heard in, one span for each.
 *
 * The text is laid out over the speech in proportion to its weight, and the borders between
 * stretches move into pauses near them. Which border takes which pause is decided for all of them
 * at once (dynamic programming): it costs to stretch or squeeze the text between two pauses, to
 * leave a border without a pause, and to leave a long pause within a stretch.
 *
 * `speech` is in order, without overlaps, and not empty. A border in a pause leaves the pause out
 * of both stretches; any other border is one point in time.
 */
export function placeInSpeech(stretches: readonly Stretch[], speech: readonly Span[]): Span[] {
  const spoken = new SpokenTime(speech);
  const borders = placeBorders(stretches, spoken);
  return stretches.map((_, index) => ({
    start: spoken.startAt(borders[index]!),
    end: spoken.endAt(borders[index + 1]!),
  }));
}

/** Time as counted by a clock that stands still in pauses. */
class SpokenTime {
  readonly speech: readonly Span[];
  /** Spoken seconds before each span, and at last all of them. */
  readonly before: readonly number[];

  constructor(speech: readonly Span[]) {
    this.speech = speech;
    this.before = sums(speech.map(({ start, end }) => end - start));
  }

  get total(): number {
    return this.before.at(-1)!;
  }

  /** Seconds of the pause before span `index`. */
  pause(index: number): number {
    return this.speech[index]!.start - this.speech[index - 1]!.end;
  }

  /** When a stretch starts; after the pause where it starts at one. */
  startAt(spoken: number): number {
    let index = this.speech.length - 1;
    while (index > 0 && this.before[index]! > spoken + slack) index--;
    return this.#within(index, spoken);
  }

  /** When a stretch ends; before the pause where it ends at one. */
  endAt(spoken: number): number {
    let index = 0;
    while (index < this.speech.length - 1 && this.before[index + 1]! < spoken - slack) index++;
    return this.#within(index, spoken);
  }

  #within(index: number, spoken: number): number {
    const { start, end } = this.speech[index]!;
    return Math.min(end, Math.max(start, start + spoken - this.before[index]!));
  }
}

/** Spoken times closer than this are one, in seconds. */
const slack = 1e-6;

/** What the end of a sentence without a pause costs; all other costs are relative to it. */
const missedCost = 1.2;
const missedClauseCost = 0.3;
const stretchCost = 8;
/** A pause inside a stretch, for each second of it, up to two. */
const skippedCost = 4;
/** A border in a pause of one second; shorter ones are less likely to end a sentence. */
const shortPauseCost = 0.15;
/** Bounds the work on a chunk of thousands of sentences. */
const maxPlaces = 4000;

/** One border in one pause, and the cheapest way to get there. */
interface Place {
  border: number;
  /** The span after the pause. */
  pause: number;
  cost: number;
  before: Place | undefined;
}

/** The borders in spoken time, the outer two with them. */
function placeBorders(stretches: readonly Stretch[], spoken: SpokenTime): number[] {
  const text = sums(stretches.map(({ weight }) => weight));
  const [count, spans] = [stretches.length, spoken.speech.length];
  const rate = spoken.total / text[count]!;
  const perBorder = Math.min(24, Math.floor(maxPlaces / count));
  // As many pauses as ends of sentences: most likely each has its own.
  const sentences = stretches.filter(({ endsSentence }) => endsSentence).length;
  const missedSentence = missedCost * (sentences === spans ? 6 : 1);
  const missed = sums(
    stretches.map(({ endsSentence }) => (endsSentence ? missedSentence : missedClauseCost)),
  );
  const pauses = Array.from({ length: spans - 1 }, (_, index) => spoken.pause(index + 1));
  const skipped = sums(pauses.map((seconds) => skippedCost * Math.min(seconds, 2)));

  const first: Place = { border: 0, pause: 0, cost: 0, before: undefined };
  const places = [first];
  const reach = (border: number, pause: number): Place => {
    const place: Place = { border, pause, cost: Number.POSITIVE_INFINITY, before: undefined };
    for (const before of places) {
      if (before.border >= border || before.pause >= pause) continue;
      const expected = (text[border]! - text[before.border]!) * rate;
      const actual = spoken.before[pause]! - spoken.before[before.pause]!;
      const ratio = Math.log(actual / expected);
      const cost =
        before.cost +
        (stretchCost * ratio * ratio * expected) / (expected + 1) +
        (missed[border - 1]! - missed[before.border]!) +
        (skipped[pause - 1]! - skipped[before.pause]!);
      if (cost < place.cost) [place.cost, place.before] = [cost, before];
    }
    return place;
  };
  for (let border = 1; border < count; border++) {
    const reached = nearest(spoken.before, text[border]! * rate, perBorder).map((pause) => {
      const place = reach(border, pause);
      place.cost += shortPauseCost / Math.max(0.05, spoken.pause(pause));
      return place;
    });
    places.push(...reached.filter((place) => place.before !== undefined));
  }
  return between(reach(count, spans), text, spoken);
}

/** The indexes of at most `count` inner entries of `sorted` around `value`. */
function nearest(sorted: readonly number[], value: number, count: number): number[] {
  let at = 1;
  while (at < sorted.length - 1 && sorted[at]! < value) at++;
  const from = Math.max(1, at - Math.ceil(count / 2));
  const to = Math.min(sorted.length - 1, from + count);
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

/** Borders without a pause lie between those with one in proportion to the text. */
function between(last: Place, text: readonly number[], spoken: SpokenTime): number[] {
  const borders = new Array<number>(text.length);
  borders[last.border] = spoken.before[last.pause]!;
  for (let place = last; place.before !== undefined; place = place.before) {
    const { border, pause } = place.before;
    const from = spoken.before[pause]!;
    const rate = (spoken.before[place.pause]! - from) / (text[place.border]! - text[border]!);
    for (let index = border; index < place.border; index++) {
      borders[index] = from + (text[index]! - text[border]!) * rate;
    }
  }
  return borders;
}

/** 0, and the sum of the first one, two, … values. */
function sums(values: readonly number[]): number[] {
  const result = [0];
  for (const value of values) result.push(result.at(-1)! + value);
  return result;
}
