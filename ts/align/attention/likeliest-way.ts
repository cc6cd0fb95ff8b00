import type { Look } from "./looks.ts";
import type { SpokenClock } from "./spoken-clock.ts";

/** How fast people speak: so many seconds between tokens, and so many a syllable. */
const pace = { token: 0.05, syllable: 0.17 };
/** Lengths differ by this much without meaning anything, in seconds. */
const blur = 0.04;
/** How much the logarithm of a length counts, beside that of a weight. */
const paceCounts = 1.5;
/** What it costs to go back, at all and for each second. */
const goingBack = { ever: 4, second: 5 };

/**
 * Where each token is, in spoken seconds: of all ways through the places that they looked at the
 * one that has the largest weights and keeps a pace at which people speak, forward through the
 * audio. A token that looked at nothing in particular goes where its neighbours leave room.
 */
export function likeliestWay(
  looks: readonly (readonly Look[])[],
  syllables: readonly number[],
  clock: SpokenClock,
): number[] {
  let before: readonly Place[] = [];
  const ways = looks.map((some, token) => {
    const expected =
      pace.token + (pace.syllable * (syllables[token]! + (syllables[token - 1] ?? 0))) / 2;
    const places = some.map(({ place, weight }): Place => {
      const here = { place, spoken: clock.spoken(place), score: weight, from: 0 };
      return before.length === 0 ? here : reached(here, before, expected);
    });
    before = places;
    return places;
  });
  return forward(wayBack(ways));
}

interface Place {
  place: number;
  spoken: number;
  /** Of the best way to it. */
  score: number;
  /** The place of the token before on this way. */
  from: number;
}

/** A place with the best way to it from those of the token before. */
function reached(here: Place, before: readonly Place[], expected: number): Place {
  let [best, from] = [Number.NEGATIVE_INFINITY, 0];
  for (let index = 0; index < before.length; index++) {
    const there = before[index]!;
    const length = Math.max(0, here.spoken - there.spoken);
    let score = there.score - paceCounts * Math.abs(Math.log((length + blur) / (expected + blur)));
    const back = there.place - here.place;
    if (back > 0) score -= goingBack.ever + goingBack.second * back;
    if (score > best) [best, from] = [score, index];
  }
  return { ...here, score: here.score + best, from };
}

/** The spoken times on the best way, from its end. */
function wayBack(ways: readonly (readonly Place[])[]): number[] {
  const times: number[] = [];
  const scores = ways.at(-1)?.map(({ score }) => score) ?? [];
  let index = scores.indexOf(Math.max(...scores));
  for (const places of ways.toReversed()) {
    const { spoken, from } = places[index]!;
    times.push(spoken);
    index = from;
  }
  return times.reverse();
}

/** The times, none before the one that precedes it. */
function forward(times: readonly number[]): number[] {
  let reachedTime = 0;
  return times.map((time) => {
    reachedTime = Math.max(reachedTime, time);
    return reachedTime;
  });
}
