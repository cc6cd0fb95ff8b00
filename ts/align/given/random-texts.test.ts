import { expect, test } from "bun:test";
import { Sharing } from "../../concurrency/sharing.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { randomChunks, transcriptOf } from "../../testing/transcripts.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { alignedText } from "./alignment.ts";
import { matchedPairs } from "./matching.ts";
import { unitsOf } from "./units.ts";

type Random = () => number;

/** A text of what was heard with words left out, put in, doubled or said otherwise. */
function changed(text: string, random: Random): string {
  return text
    .split(/(?<=\s)/)
    .flatMap((word) => {
      const kind = random();
      if (kind < 0.1) return [];
      if (kind < 0.2) return [word, "und 12½ — “ÄÖ” "];
      if (kind < 0.25) return [word, word];
      return kind < 0.3 ? [word.toUpperCase(), "\n"] : [word];
    })
    .join("");
}

function lettersOf(text: string): string {
  return text.replaceAll(/\s/g, "");
}

async function check(transcript: Transcript, given: string | string[]): Promise<void> {
  const whole = typeof given === "string" ? given : given.join("\n");
  const { text, segments, matched, unmatched, duration } = await alignedText(transcript, given);
  expect(text).toBe(whole);
  expect(matched).toBeGreaterThanOrEqual(0);
  expect(matched).toBeLessThanOrEqual(1);
  const words = segments.flatMap((segment) => segment.words!);
  expect(lettersOf(words.map((word) => word.text).join(""))).toBe(lettersOf(whole));
  let last = 0;
  for (const { start, end, probability } of words) {
    expect(start).toBeGreaterThanOrEqual(last);
    expect(end).toBeGreaterThanOrEqual(start);
    expect(probability).toBeGreaterThanOrEqual(0);
    last = end;
  }
  expect(last).toBeLessThanOrEqual(duration + 1e-3);
  for (const { start, end, words: own } of segments) {
    expect([start, end]).toEqual([own![0]!.start, own!.at(-1)!.end]);
  }
  // What was not heard, and all of it, is what is told.
  const unheard = words.filter(({ probability, text: word }) => {
    return probability === 0 && /[\p{L}\p{N}]/u.test(word);
  });
  const told = unmatched.filter(({ kind }) => kind === "text").map((one) => one.text);
  expect(lettersOf(told.join("")).length).toBeGreaterThanOrEqual(
    unheard.reduce((sum, word) => sum + lettersOf(word.text).length, 0),
  );
  for (const { start, end } of unmatched) expect(end).toBeGreaterThanOrEqual(start);
}

test("whatever is heard and given, all of the text is there, in order", async () => {
  const random = seededRandom(77);
  for (let round = 0; round < 150; round++) {
    const transcript = transcriptOf(randomChunks(random));
    const other = transcriptOf(randomChunks(random)).text;
    const near = changed(transcript.text, random);
    for (const given of [near, near.split("\n"), other, `${near} ${other}`]) {
      if (/[\p{L}\p{N}]/u.test([given].flat().join(""))) await check(transcript, given);
    }
  }
});

test("a text is matched with itself in every script", async () => {
  const random = seededRandom(78);
  for (let round = 0; round < 150; round++) {
    const transcript = transcriptOf(randomChunks(random));
    if (!/[\p{L}\p{N}]/u.test(transcript.text)) continue;
    const { matched, unmatched } = await alignedText(transcript, transcript.text);
    expect([matched, unmatched]).toEqual([1, []]);
  }
});

/** How long something takes, in seconds. */
async function secondsOf(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

test.each([
  ["Chinese without a space", "今".repeat(50_000)],
  ["opening brackets", `${"(".repeat(200_000)}a`],
  ["initials", "A. ".repeat(50_000)],
])("a text of nothing but %s takes no time", async (_, text) => {
  const random = seededRandom(5);
  const transcript = transcriptOf(randomChunks(random));
  expect(await secondsOf(() => alignedText(transcript, text))).toBeLessThan(5);
});

test("a number without end is none that was said", async () => {
  const [given, heard] = ["9".repeat(1_000_000), "the train leaves at twenty to seven"].map(
    unitsOf,
  );
  const match = () => matchedPairs(given!, heard!, "English", new Sharing());
  expect(await secondsOf(match)).toBeLessThan(5);
  expect(await match()).toEqual([]);
});
