import { expect, test } from "bun:test";
import type { Span } from "../contract/transcript.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { placeInSpeech, type Stretch } from "./pauses.ts";

/** Somebody who speaks for half a minute, not evenly, and pauses at most borders. */
function speaker(random: () => number, unevenness: number) {
  const bell = () => random() + random() + random() + random() - 2;
  const stretches: Stretch[] = [];
  const truth: Span[] = [];
  const speech: Span[] = [];
  for (let at = random(); at < 28; ) {
    const clauses = 1 + Math.floor(random() * 2.5);
    const rate = 0.2 * Math.exp(unevenness * bell());
    for (let clause = 1; clause <= clauses; clause++) {
      const weight = 3 + random() * 20;
      const span = { start: at, end: at + weight * rate };
      const endsSentence = clause === clauses;
      stretches.push({ weight, endsSentence });
      truth.push(span);
      const last = speech.at(-1);
      if (last?.end === span.start) last.end = span.end;
      else speech.push({ ...span });
      const pause = endsSentence ? 0.3 + random() * 0.9 : 0.12 + random() * 0.3;
      at = span.end + (random() < (endsSentence ? 0.85 : 0.5) ? pause : 0);
    }
  }
  return { stretches, truth, speech };
}

test.each([
  [0.1, 0.95],
  [0.3, 0.8],
])("of uneven speech (%d) this share of the borders is found: %d", (unevenness, least) => {
  const random = seededRandom(21);
  let [found, all] = [0, 0];
  for (let round = 0; round < 200; round++) {
    const { stretches, truth, speech } = speaker(random, unevenness);
    const placed = placeInSpeech(stretches, speech);
    for (const [index, { endsSentence }] of stretches.slice(0, -1).entries()) {
      if (!endsSentence) continue;
      all++;
      const early = placed[index]!.end - truth[index]!.end;
      const late = placed[index + 1]!.start - truth[index + 1]!.start;
      if (Math.max(Math.abs(early), Math.abs(late)) < 0.25) found++;
    }
  }
  expect(all).toBeGreaterThan(500);
  expect(found / all).toBeGreaterThan(least);
});

test("one stretch is all of the speech, several share one span by weight", () => {
  const speech = [{ start: 2, end: 6 }];
  expect(placeInSpeech([{ weight: 1, endsSentence: true }], speech)).toEqual(speech);
  const three = [1, 2, 1].map((weight) => ({ weight, endsSentence: true }));
  expect(placeInSpeech(three, speech)).toEqual([
    { start: 2, end: 3 },
    { start: 3, end: 5 },
    { start: 5, end: 6 },
  ]);
});
