import type { Sharing } from "../../concurrency/sharing.ts";
import { equalUnits } from "./anchors.ts";
import { misheardPairs, type Pair } from "./misheard.ts";
import type { Unit } from "./units.ts";

/** Around a match so many steps of the alignment to each side are looked at. */
const reach = 8;
/** With fewer matches among them, this one is of two texts that have nothing in common. */
const minShare = 0.4;
/** So many equal units in a row are no chance. */
const surelyMeant = 4;

/**
 * Which units of a given text are which of the heard one: pairs in order, most of them of one unit
 * each. What is in no pair was not heard, or is not in the text. `language` is a name as in
 * `languages`.
 */
export async function matchedPairs(
  given: readonly Unit[],
  heard: readonly Unit[],
  language: string,
  sharing: Sharing,
): Promise<Pair[]> {
  const matches = await equalUnits(
    given.map(({ key }) => key),
    heard.map(({ key }) => key),
    sharing,
  );
  const equal: Pair[] = [];
  for (const [index, place] of matches.entries()) {
    if (place >= 0) equal.push(single(index, place));
  }
  const counts = { given: given.length, heard: heard.length };
  const kept = withoutChance(equal, counts);
  const mended: Pair[] = [];
  for (const { gap, next } of gapsOf(kept, counts)) {
    await sharing.rest();
    const { head, tail, rest } = bordersOf(given, heard, gap);
    mended.push(...head, ...misheardPairs(given, heard, rest, language), ...tail);
    if (next !== undefined) mended.push(next);
  }
  return withoutChance(mended, counts);
}

function single(given: number, heard: number): Pair {
  return { given, givenTo: given + 1, heard, heardTo: heard + 1 };
}

interface Counts {
  given: number;
  heard: number;
}

/** What lies before each pair, and after the last one. */
function gapsOf(pairs: readonly Pair[], counts: Counts): { gap: Pair; next: Pair | undefined }[] {
  let [given, heard] = [0, 0];
  return [...pairs, undefined].map((next) => {
    const end = next ?? counts;
    const gap = { given, givenTo: end.given, heard, heardTo: end.heard };
    [given, heard] = [next?.givenTo ?? 0, next?.heardTo ?? 0];
    return { gap, next };
  });
}

/** Equal units at both ends of a gap belong to what lies beyond; the end of the gap comes first. */
function bordersOf(
  given: readonly Unit[],
  heard: readonly Unit[],
  gap: Pair,
): { head: Pair[]; tail: Pair[]; rest: Pair } {
  const rest = { ...gap };
  const [head, tail]: [Pair[], Pair[]] = [[], []];
  const isOpen = () => rest.given < rest.givenTo && rest.heard < rest.heardTo;
  // An end of the texts is no neighbour that could pull anything to its side.
  if (gap.givenTo < given.length && gap.heardTo < heard.length) {
    while (isOpen() && given[rest.givenTo - 1]!.key === heard[rest.heardTo - 1]!.key) {
      tail.unshift(single(--rest.givenTo, --rest.heardTo));
    }
  }
  if (gap.given > 0 && gap.heard > 0) {
    while (isOpen() && given[rest.given]!.key === heard[rest.heard]!.key) {
      head.push(single(rest.given++, rest.heard++));
    }
  }
  return { head, tail, rest };
}

/**
 * The pairs without those that any two texts of one language have: short runs of common words far
 * apart. A run that is all of one text stays.
 */
function withoutChance(pairs: readonly Pair[], counts: Counts): Pair[] {
  const gaps = gapsOf(pairs, counts).map(({ gap }) =>
    Math.min(reach + 1, Math.max(gap.givenTo - gap.given, gap.heardTo - gap.heard)),
  );
  const runs = runLengths(pairs);
  // Where each pair stands among the steps of the alignment.
  const places: number[] = [];
  let steps = 0;
  for (const [index] of pairs.entries()) {
    steps += gaps[index]!;
    places.push(steps++);
  }
  steps += gaps[pairs.length]!;
  let [low, high] = [0, 0];
  return pairs.filter((_, index) => {
    const place = places[index]!;
    while (places[low]! < place - reach) low++;
    while (high < places.length && places[high]! <= place + reach) high++;
    const looked = Math.min(steps - 1, place + reach) - Math.max(0, place - reach) + 1;
    const run = runs[index]!;
    const isAll = run >= Math.min(counts.given, counts.heard);
    return isAll || run >= surelyMeant || (high - low) / looked >= minShare;
  });
}

/** For each pair how many units follow each other without a gap around it. */
function runLengths(pairs: readonly Pair[]): number[] {
  const lengths: number[] = [];
  for (let start = 0; start < pairs.length; ) {
    let end = start + 1;
    const isNext = (a: Pair, b: Pair) => a.givenTo === b.given && a.heardTo === b.heard;
    while (end < pairs.length && isNext(pairs[end - 1]!, pairs[end]!)) end++;
    for (let index = start; index < end; index++) lengths.push(end - start);
    start = end;
  }
  return lengths;
}
