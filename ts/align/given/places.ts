import { Sharing } from "../../concurrency/sharing.ts";
import type { Instead } from "../../contract/alignment.ts";
import { matchedPairs } from "./matching.ts";
import { type Unit, unitsOf } from "./units.ts";

/** So many units in a row that stand once in the text tell where a stretch of speech belongs. */
const runLength = 4;
/** Around the place of a stretch so many units more are looked at. */
const slack = 20;
/** Longer stretches were hardly misheard. */
const maxUnits = 30;
/** Texts with more units are too large to be looked up in. */
const maxIndexed = 250_000;

/** Where stretches of speech, each of some seconds, belong in a given text. */
export class GivenPlaces {
  readonly #text: string;
  readonly #units: readonly Unit[];
  /** Where each run of units stands; -1 for one that stands there again. */
  readonly #runs: ReadonlyMap<string, number>;

  private constructor(text: string, units: readonly Unit[], runs: ReadonlyMap<string, number>) {
    this.#text = text;
    this.#units = units;
    this.#runs = runs;
  }

  /** Makes a text ready, or its lines; undefined where it is too large. */
  static async of(text: string | readonly string[]): Promise<GivenPlaces | undefined> {
    const sharing = new Sharing();
    const whole = typeof text === "string" ? text : text.join("\n");
    const units = unitsOf(whole);
    if (units.length > maxIndexed) return undefined;
    const runs = new Map<string, number>();
    for (let at = 0; at + runLength <= units.length; at++) {
      await sharing.rest();
      const key = runAt(units, at);
      runs.set(key, runs.has(key) ? -1 : at);
    }
    return new GivenPlaces(whole, units, runs);
  }

  /**
   * What the text has instead of words that were heard, between others that match on both sides; in
   * order. Nothing where the place of the stretch is not clear.
   */
  async instead(heard: string, language: string): Promise<Instead[]> {
    const units = unitsOf(heard);
    const place = this.#placeOf(units);
    if (place === undefined) return [];
    const given = this.#units.slice(place.from, place.to);
    const pairs = await matchedPairs(given, units, language, new Sharing());
    return pairs.slice(1).flatMap((pair, index) => {
      const before = pairs[index]!;
      const counts = [pair.given - before.givenTo, pair.heard - before.heardTo];
      if (counts[0] === 0 || Math.max(...counts) > maxUnits) return [];
      const [start, end] = [given[before.givenTo - 1]!.to, given[pair.given - 1]!.to];
      const text = this.#text.slice(start, end).replaceAll(/\s+/g, " ");
      return [{ from: units[before.heardTo - 1]!.to, to: units[pair.heard - 1]!.to, text }];
    });
  }

  /** The part of the text in which most runs of a stretch stand. */
  #placeOf(units: readonly Unit[]): { from: number; to: number } | undefined {
    const found: { given: number; heard: number }[] = [];
    for (let heard = 0; heard + runLength <= units.length; heard++) {
      const given = this.#runs.get(runAt(units, heard)) ?? -1;
      if (given >= 0) found.push({ given, heard });
    }
    found.sort((a, b) => a.given - b.given);
    const width = 1.5 * units.length + slack;
    let best = { first: 0, count: 0 };
    for (let first = 0, end = 0; first < found.length; first++) {
      while (end < found.length && found[end]!.given - found[first]!.given < width) end++;
      if (end - first > best.count) best = { first, count: end - first };
    }
    if (best.count === 0) return undefined;
    const [first, last] = [found[best.first]!, found[best.first + best.count - 1]!];
    const from = Math.max(0, first.given - first.heard - slack);
    return { from, to: last.given + units.length - last.heard + slack };
  }
}

function runAt(units: readonly Unit[], at: number): string {
  let run = "";
  for (let index = at; index < at + runLength; index++) run += `${units[index]!.key} `;
  return run;
}
