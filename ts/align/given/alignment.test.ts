import { describe, expect, test } from "bun:test";
import type { Alignment, GivenText } from "../../contract/alignment.ts";
import type { Segment, Transcript, Word } from "../../contract/transcript.ts";
import { transcriptOf } from "../../testing/transcripts.ts";
import { seededRandom } from "../../wer/seeded-random.ts";
import { alignedText } from "./alignment.ts";

/** A transcript in which each word takes half a second, and a word begins at each full second. */
function heard(text: string, language = "English", wordsOf = text.split(" ")): Transcript {
  const words = wordsOf.map((word, at): Word => {
    return { text: word, start: at, end: at + 0.5, probability: 0.9, estimated: false };
  });
  const duration = words.length;
  const segment: Segment = {
    ...{ id: 0, start: 0, end: duration, text, language, estimated: false },
    ...{ avgLogprob: -0.1, lowConfidence: false, words },
  };
  const chunk = { start: 0, end: duration, language, tokens: 1, finishReason: "eos" as const };
  return { ...transcriptOf([]), text, language, duration, segments: [segment], chunks: [chunk] };
}

function check(result: Alignment, given: GivenText): void {
  const text = typeof given === "string" ? given : given.join("\n");
  expect(result.text).toBe(text);
  const words = result.segments.flatMap((segment) => segment.words!);
  expect(words.map((word) => word.text.replaceAll(/\s/g, "")).join("")).toBe(
    text.replaceAll(/\s/g, ""),
  );
  let last = 0;
  for (const { start, end } of words) {
    expect(start).toBeGreaterThanOrEqual(last);
    expect(end).toBeGreaterThan(start);
    last = end;
  }
  expect(last).toBeLessThanOrEqual(result.duration);
  expect(result.matched).toBeGreaterThanOrEqual(0);
  expect(result.matched).toBeLessThanOrEqual(1);
}

async function aligned(transcript: Transcript, given: GivenText): Promise<Alignment> {
  const result = await alignedText(transcript, given);
  check(result, given);
  return result;
}

const timesOf = ({ segments }: Alignment) =>
  segments.flatMap(({ words }) => words!.map(({ text, start, end }) => [text, start, end]));
const told = ({ unmatched }: Alignment) => unmatched.map(({ kind, text }) => `${kind}: ${text}`);

const fox = "the quick brown fox jumps over the lazy dog";

describe("a text that was said", () => {
  test("has the times of what was heard, and keeps its own writing", async () => {
    const given = "“The QUICK brown fox” — jumps, over the lazy dog!  ";
    const result = await aligned(heard(fox), given);
    expect(result).toMatchObject({ matched: 1, unmatched: [], language: "English" });
    const texts = ["“The", "QUICK", "brown", "fox” —", "jumps,", "over", "the", "lazy", "dog!"];
    expect(timesOf(result)).toEqual(texts.map((text, at) => [text, at, at + 0.5]));
    expect(result.segments.map(({ text }) => text)).toEqual([given.trim()]);
    expect(result.segments[0]).toMatchObject({ estimated: false, start: 0, end: 8.5 });
  });

  test("keeps its lines where it comes in lines, also those in which nothing is said", async () => {
    const lines = ["The quick", "", "♪ ♪", "brown fox jumps\nover", "the lazy dog."];
    const result = await aligned(heard(fox), lines);
    expect(result.segments.map(({ text, start, end }) => [text, start, end])).toEqual([
      ["The quick", 0, 1.5],
      ["♪ ♪", 1.5, expect.any(Number)],
      ["brown fox jumps over", 2, 5.5],
      ["the lazy dog.", 6, 8.5],
    ]);
    expect(result).toMatchObject({ matched: 1, unmatched: [] });
  });

  test("is cut into sentences, wrapped or not", async () => {
    const given = "The quick brown\nfox jumps.\r\n\r\nOver the lazy\r\ndog";
    const { segments } = await aligned(heard(fox), given);
    const texts = segments.map(({ text }) => text);
    expect(texts).toEqual(["The quick brown fox jumps.", "Over the lazy dog"]);
  });

  test("may write numbers, compounds and spellings otherwise", async () => {
    const said =
      "at seven thirty twenty one organisers of the book shop paid five dollars to doctor Covalsky";
    const given = "At 7:30, 21 organizers of the bookshop paid $5 to Doctor Kowalski.";
    const result = await aligned(heard(said), given);
    expect(result).toMatchObject({ matched: 1, unmatched: [] });
    expect(timesOf(result)[1]).toEqual(["7:30,", 1, 2.5]);
    expect(timesOf(result)[2]).toEqual(["21", 3, 4.5]);
    expect(timesOf(result)[6]).toEqual(["bookshop", 8, 9.5]);
  });

  test("in a script without spaces is told word by word", async () => {
    const said = "今日は天気がいいですね。散歩に行きましょう。";
    const transcript = heard(said, "Japanese", [
      "今日は",
      "天気が",
      "いい",
      "ですね。",
      "散歩に",
      "行きましょう。",
    ]);
    const result = await aligned(transcript, "今日は天気がいいですね。\n散歩に行きましょう。");
    expect(result).toMatchObject({ matched: 1, unmatched: [] });
    const words = result.segments.flatMap((segment) => segment.words!);
    expect(words.length).toBeGreaterThan(6);
    expect(words.find(({ text }) => text === "天気")!.start).toBe(1);
    expect(words.find(({ text }) => text === "散歩")!.start).toBe(4);
  });

  test("in Korean may have its spaces elsewhere", async () => {
    const result = await aligned(
      heard("오늘 날씨가 좋네요 산책 갑시다", "Korean"),
      "오늘날씨가 좋네요. 산책갑시다!",
    );
    expect(result).toMatchObject({ matched: 1, unmatched: [] });
    expect(timesOf(result).map(([text, start]) => [text, start])).toEqual([
      ["오늘날씨가", 0],
      ["좋네요.", 2],
      ["산책갑시다!", 3],
    ]);
  });
});

describe("what does not match", () => {
  test("is told as text that nobody said, with a moment between its neighbours", async () => {
    const result = await aligned(
      heard(fox),
      "The quick brown and rather clever fox jumps over the lazy dog",
    );
    expect(told(result)).toEqual(["text: and rather clever"]);
    const [stretch] = result.unmatched;
    expect(stretch!.start).toBeGreaterThanOrEqual(2.5);
    expect(stretch!.end).toBeLessThanOrEqual(3);
    expect(stretch).not.toHaveProperty("line");
    expect(result.matched).toBeCloseTo(9 / 12, 9);
    const words = result.segments[0]!.words!;
    expect(words.map(({ probability }) => probability > 0)).toEqual(
      [1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1].map(Boolean),
    );
    expect(words[3]!.estimated).toBe(true);
  });

  test("is told as speech that is not in the text, with its line", async () => {
    const lines = ["the quick brown", "jumps over", "the lazy dog"];
    const result = await aligned(heard(`well ${fox} and so on`), lines);
    expect(result.unmatched).toEqual([
      { kind: "speech", text: "well", start: 0, end: 0.5, line: 0 },
      { kind: "speech", text: "fox", start: 4, end: 4.5, line: 1 },
      { kind: "speech", text: "and so on", start: 10, end: 12.5, line: 3 },
    ]);
    expect(result.matched).toBe(1);
  });

  test("takes no time from what was said where there is no pause", async () => {
    const transcript = heard(fox);
    for (const word of transcript.segments[0]!.words!) word.end = word.start + 1;
    const result = await aligned(transcript, fox.replace("fox", "small red fox"));
    expect(told(result)).toEqual(["text: small red"]);
    const words = result.segments[0]!.words!;
    for (const { text, start, end } of words) {
      if (text === "small" || text === "red") expect(end - start).toBeLessThan(0.01);
      else expect(end - start).toBeGreaterThan(0.99);
    }
  });

  test("ends with the recording, not a part of a microsecond behind it", async () => {
    const transcript = { ...heard("one two"), duration: 1.5000625 };
    const result = await aligned(transcript, "one two three");
    expect(result.unmatched).toMatchObject([{ kind: "text", end: 1.500062 }]);
  });

  test("of a line stays with it: before its first word, behind its last one", async () => {
    const transcript = heard("one two three four five six seven eight");
    for (const word of transcript.segments[0]!.words!.slice(4)) {
      word.start += 60;
      word.end += 60;
    }
    const lines = ["one two three four loudly", "suddenly five six seven eight"];
    const result = await aligned({ ...transcript, duration: 70 }, lines);
    expect(result.unmatched.map(({ text }) => text)).toEqual(["loudly", "suddenly"]);
    expect(result.segments[0]!.end).toBeLessThan(5);
    expect(result.segments[1]!.start).toBeGreaterThan(63);
  });

  test("is all of it: nothing in common, another language, silence, too long a text", async () => {
    const german = "Am Abend gehen wir an den See und füttern dort die Enten mit altem Brot";
    const other = "we went to the lake in the evening and fed old bread to all of the ducks";
    for (const given of [german, other]) {
      const result = await aligned(heard(fox), given);
      expect(result.matched).toBeLessThan(0.1);
      expect(result.unmatched.map(({ kind }) => kind).toSorted()).toContain("speech");
    }
    const silence = { ...heard(fox), text: "", language: "", segments: [], chunks: [] };
    expect(await aligned(silence, fox)).toMatchObject({
      matched: 0,
      unmatched: [{ kind: "text" }],
    });
    const random = seededRandom(5);
    const common = "the a of and to in it fox dog quick lazy over".split(" ");
    const words = Array.from({ length: 10_000 }, () => common[Math.floor(12 * random())]!);
    const chance = await aligned({ ...heard(fox), duration: 9.2 }, words.join(" "));
    expect(chance.matched).toBeLessThan(0.002);
    const within = [...words.slice(0, 7000), ...fox.split(" "), ...words.slice(7000)].join(" ");
    const found = await aligned({ ...heard(fox), duration: 9.2 }, within);
    expect(found.matched).toBeCloseTo(9 / 10_009, 9);
    expect(told(found).map((text) => text.length > 1000)).toEqual([true, true]);
  });
});

/** Words with the frequencies that words have, spelt at random. */
function language(random: () => number, count: number): string[] {
  const letters = "etaoinshrdlu";
  const lexicon = Array.from({ length: count }, (_, index) => {
    const length = 1 + Math.floor(Math.log2(index + 2) / 1.7 + 2 * random());
    return Array.from({ length }, () => letters[Math.floor(letters.length * random())]).join("");
  });
  return lexicon;
}

describe("an hour with changes", () => {
  const random = seededRandom(21);
  const lexicon = language(random, 3000);
  const word = () => lexicon[Math.floor(3000 ** random())]!;
  const wordsOf = (length: number) => Array.from({ length }, word);
  const said = wordsOf(9000);

  test.each([0, 0.05, 0.15])("finds all of them; the recognizer mishears %p", async (errors) => {
    const misheard = said.map((one) => (random() < errors ? word() : one));
    // Every 180 words the text has words that nobody said, or lacks some that were said.
    const text: string[] = [];
    const planted: { kind: "text" | "speech"; at: number; count: number }[] = [];
    for (let at = 0; at < 9000; at += 180) {
      const count = 3 + Math.floor(6 * random());
      const isExtra = (at / 180) % 2 === 0;
      planted.push({ kind: isExtra ? "text" : "speech", at: at + 90, count });
      text.push(...said.slice(at, at + 90));
      if (isExtra) text.push(...wordsOf(count), ...said.slice(at + 90, at + 180));
      else text.push(...said.slice(at + 90 + count, at + 180));
    }
    const started = performance.now();
    const result = await aligned(heard(misheard.join(" ")), text.join(" "));
    expect(performance.now() - started).toBeLessThan(2500);
    const found = planted.filter(({ kind, at, count }) =>
      result.unmatched.some(
        (one) =>
          one.kind === kind &&
          one.text.split(" ").length >= count / 2 &&
          one.start < at + count + 2 &&
          one.end > at - 3,
      ),
    );
    expect(planted.length).toBe(50);
    expect(found.length).toBe(50);
    // Nothing else is told where nothing was misheard.
    if (errors === 0) expect(result.unmatched.length).toBeLessThanOrEqual(55);
    expect(result.matched).toBeGreaterThan(0.96 - 1.1 * errors);
  });

  test("is matched where it says the same again and again", async () => {
    // No run of words stands once in it, and the table of edits would be too large.
    const verses = Array.from({ length: 5 }, () => said.slice(0, 7000)).flat();
    const text = [...verses.slice(0, 20_000), "and", "never", ...verses.slice(20_000)];
    const result = await aligned(heard(verses.join(" ")), text.join(" "));
    expect(told(result)).toEqual(["text: and never"]);
    const words = result.segments.flatMap((segment) => segment.words!);
    expect(words.at(-1)!.start).toBe(34_999);
  });

  test("leaves the thread to others meanwhile", async () => {
    const transcript = heard(said.join(" "));
    let [last, worst, isOver] = [performance.now(), 0, false];
    const others = () => {
      worst = Math.max(worst, performance.now() - last);
      last = performance.now();
      if (!isOver) setImmediate(others);
    };
    setImmediate(others);
    const started = performance.now();
    await alignedText(transcript, said.map((word) => word.toUpperCase()).join(" "));
    isOver = true;
    expect(worst).toBeGreaterThan(0);
    expect(worst).toBeLessThan((performance.now() - started) / 2 + 50);
  });

  test("survives chapters that are missing on either side", async () => {
    const extra = wordsOf(2500);
    const text = [...said.slice(0, 2000), ...extra, ...said.slice(2000, 5000), ...said.slice(7500)];
    const result = await aligned(heard(said.join(" ")), text.join(" "));
    expect(result.matched).toBeGreaterThan(6450 / 9000);
    const large = result.unmatched.filter((one) => one.text.split(" ").length > 2000);
    expect(large.map(({ kind }) => kind)).toEqual(["text", "speech"]);
    const words = result.segments.flatMap((segment) => segment.words!);
    expect(words[1000]!.start).toBe(1000);
    expect(words[2000 + 2500 + 1000]!.start).toBe(3000);
    expect(words.at(-1)!.start).toBe(8999);
  });
});
