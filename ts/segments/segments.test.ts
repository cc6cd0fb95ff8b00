import { describe, expect, test } from "bun:test";
import type { DecodedChunk, Span } from "../contract/transcript.ts";
import { randomChunks } from "../testing/transcripts.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { GrowingSegments, segmentsOf } from "./segments.ts";
import { sentencesOf } from "./sentences.ts";

function sentences(text: string, language?: string): string[] {
  return sentencesOf(text, language).map(({ from, to }) => text.slice(from, to));
}

describe("sentences", () => {
  test.each<[string, string | undefined, string[]]>([
    ["Hello. How are you? Fine!", "English", ["Hello.", "How are you?", "Fine!"]],
    [
      "It costs 3.50 dollars, or 1,000.25. Yes.",
      "English",
      ["It costs 3.50 dollars, or 1,000.25.", "Yes."],
    ],
    [
      "Mr. Smith and Dr. J. Doe met. They left.",
      "English",
      ["Mr. Smith and Dr. J. Doe met.", "They left."],
    ],
    [
      "The U.S. Army came at 5 p.m. Then it left.",
      "English",
      ["The U.S. Army came at 5 p.m.", "Then it left."],
    ],
    ["No. I live at No. 5 Main Street.", "English", ["No.", "I live at No. 5 Main Street."]],
    ["You and I. We left. Plan B. Smith", "English", ["You and I.", "We left.", "Plan B. Smith"]],
    [
      "Er kam am 3. Mai. Das war z. B. gestern.",
      "German",
      ["Er kam am 3. Mai.", "Das war z. B. gestern."],
    ],
    ["The answer is 42. Next.", "English", ["The answer is 42.", "Next."]],
    [
      "你好。今天3.5度！“真的吗？”他说。好",
      "Chinese",
      ["你好。", "今天3.5度！", "“真的吗？”", "他说。", "好"],
    ],
    ["これは「本当？」です。はい！", "Japanese", ["これは「本当？」です。", "はい！"]],
    ["नमस्ते। कैसे हो?", "Hindi", ["नमस्ते।", "कैसे हो?"]],
    ["مرحبا؟ نعم. لا", "Arabic", ["مرحبا؟", "نعم.", "لا"]],
    ['Well... ok. "Is it?" he asked. …', "English", ["Well... ok.", '"Is it?" he asked. …']],
    ["  \n ", undefined, []],
    ["no end\nnew line", undefined, ["no end", "new line"]],
  ])("%p", (text, language, expected) => {
    expect(sentences(text, language)).toEqual(expected);
  });
});

function chunk(text: string, speech: Span[], more: Partial<DecodedChunk> = {}): DecodedChunk {
  const tokenTexts = (text.match(/\s*\S+/g) ?? []).map((piece) => ({ text: piece, logprob: -0.1 }));
  const [start, end] = [speech[0]?.start ?? 0, speech.at(-1)?.end ?? 30];
  const language = "English";
  return { start, end, text, language, tokenTexts, speech, finishReason: "eos", ...more };
}

const spans = (...times: [number, number][]): Span[] =>
  times.map(([start, end]) => ({ start, end }));

const timesOf = (chunks: DecodedChunk[]) =>
  segmentsOf(chunks).map(({ start, end }) => [start, end]);

describe("segments", () => {
  test("as many pauses as borders: each border in its pause", () => {
    const text =
      "This one is short. This sentence, on the other hand, is quite a long one. The end is near.";
    const speech = spans([0.4, 2.1], [2.6, 6.9], [7.5, 9.1]);
    expect(timesOf([chunk(text, speech)])).toEqual([
      [0.4, 2.1],
      [2.6, 6.9],
      [7.5, 9.1],
    ]);
  });

  test("uneven speaking rates still find their pauses", () => {
    const text =
      "I said it slowly. And then I said this other sentence very quickly indeed. Slow again now.";
    const speech = spans([0, 3], [3.5, 6.5], [7, 10]);
    expect(timesOf([chunk(text, speech)])).toEqual([
      [0, 3],
      [3.5, 6.5],
      [7, 10],
    ]);
  });

  test("pauses within sentences are not taken for borders", () => {
    const text = "When it rains, which is often, I stay. But in summer, I go out a lot.";
    const speech = spans([0, 1.2], [1.4, 2.6], [2.9, 3.6], [4.4, 5.6], [5.8, 7.4]);
    expect(timesOf([chunk(text, speech)])).toEqual([
      [0, 3.6],
      [4.4, 7.4],
    ]);
  });

  test("without pauses the border is one point in time, by the lengths", () => {
    const [first, second] = segmentsOf([chunk("One two three. Four five seven.", spans([1, 5]))]);
    expect(first!.start).toBe(1);
    expect(first!.end).toBe(second!.start);
    expect(first!.end).toBeGreaterThan(2.5);
    expect(first!.end).toBeLessThan(3.5);
    expect(second!.end).toBe(5);
  });

  test("a short sentence joins the nearer neighbour, or stands alone between long pauses", () => {
    const near = chunk("Yes. I think that this is right.", spans([0, 0.4], [0.6, 3]));
    expect(segmentsOf([near]).map(({ text }) => text)).toEqual([
      "Yes. I think that this is right.",
    ]);
    const alone = chunk("Yes. I think that this is right.", spans([0, 0.6], [2.6, 5]));
    expect(timesOf([alone])).toEqual([
      [0, 0.6],
      [2.6, 5],
    ]);
  });

  test("long speech without punctuation is cut at pauses, between words", () => {
    const text = Array.from({ length: 60 }, (_, index) => `word${index + 10}`).join(" ");
    const segments = segmentsOf([chunk(text, spans([0, 9.5], [10.2, 19.8], [20.6, 30]))]);
    expect(segments.map(({ start, end }) => [start, end])).toEqual([
      [0, 9.5],
      [10.2, 19.8],
      [20.6, 30],
    ]);
    expect(segments.map((segment) => segment.text).join(" ")).toBe(text);
    expect(segments.map((segment) => segment.text.split(" ").length)).toEqual([20, 20, 20]);
  });

  test("few words lie where a sound begins that goes on far longer", () => {
    expect(timesOf([chunk("One word.", spans([2, 32]))])).toEqual([[2, 9]]);
    const two = chunk("Here it is. Thank you!", spans([0, 600]));
    const [first, second] = segmentsOf([two]);
    expect(first).toMatchObject({ start: 0, text: "Here it is." });
    expect(second!.start).toBe(first!.end);
    expect(second!.end).toBeLessThanOrEqual(7);
    // Slow, but spoken.
    expect(timesOf([chunk("Un-be-liev-a-bly slow-ly, he said.", spans([0, 7]))])).toEqual([[0, 7]]);
  });

  test("confidence is the mean over the segment's own tokens", () => {
    const tokenTexts = [
      { text: "Sure", logprob: -0.1 },
      { text: ".", logprob: -0.3 },
      { text: " Hmph", logprob: -2 },
      { text: " mumble.", logprob: -4 },
    ];
    const given = chunk("Sure. Hmph mumble.", spans([0, 2], [4, 6]), { tokenTexts });
    const [sure, unsure] = segmentsOf([given]);
    expect(sure!.avgLogprob).toBeCloseTo(-0.2);
    expect(unsure!.avgLogprob).toBeCloseTo(-3);
    expect([sure!.lowConfidence, unsure!.lowConfidence]).toEqual([false, true]);
    const strict = segmentsOf([given], { lowConfidence: -0.15 });
    expect(strict.map((segment) => segment.lowConfidence)).toEqual([true, true]);
  });

  test("no text is no segment; no speech found is the whole chunk", () => {
    expect(segmentsOf([chunk("", spans([0, 3]))])).toEqual([]);
    expect(timesOf([chunk("Quiet words here.", [], { start: 5, end: 9 })])).toEqual([[5, 9]]);
  });

  test("of two channels are in order, and one does not push the other", () => {
    const turns = [
      chunk("One two three. Four five six.", [{ start: 0, end: 8 }], { channel: 1 }),
      chunk("Yes, I see.", [{ start: 2, end: 3.5 }], { channel: 2 }),
      chunk("Seven.", [{ start: 9, end: 10 }], { channel: 1 }),
    ];
    const segments = segmentsOf(turns);
    expect(segments.map(({ id, start, channel }) => [id, start, channel])).toEqual([
      [0, 0, 1],
      [1, 2, 2],
      [2, expect.closeTo(4, 0), 1],
      [3, 9, 1],
    ]);
    expect(segments[1]?.end).toBe(3.5);
  });

  test("random chunks: in order, within their chunk, nothing lost", () => {
    const random = seededRandom(7);
    for (let round = 0; round < 200; round++) {
      const chunks = randomChunks(random);
      const segments = segmentsOf(chunks);
      const letters = (texts: string[]) => texts.join("").replaceAll(/\s/g, "");
      expect(letters(segments.map(({ text }) => text))).toBe(
        letters(chunks.map(({ text }) => text)),
      );
      let last = 0;
      for (const [index, { id, start, end, avgLogprob }] of segments.entries()) {
        expect(id).toBe(index);
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        expect(avgLogprob).toBeLessThan(0);
        const home = chunks.find(
          (candidate) => start >= candidate.start - 1e-3 && end <= candidate.end + 1e-3,
        );
        expect(home).toBeDefined();
        last = end;
      }
    }
  });

  test("of random chunks of three channels are given early, in their final order", () => {
    const random = seededRandom(9);
    let early = 0;
    for (let round = 0; round < 100; round++) {
      const chunks = [1, 2, 3]
        .flatMap((channel) => randomChunks(random).map((each) => ({ ...each, channel })))
        .sort((a, b) => a.start - b.start);
      const growing = new GrowingSegments();
      const given = chunks.flatMap((each, index) => {
        growing.add(each);
        return growing.take(chunks[index + 1]?.start ?? each.start);
      });
      early += given.length;
      expect([...given, ...growing.take(Number.POSITIVE_INFINITY)]).toEqual(segmentsOf(chunks));
      expect(growing.all()).toEqual(segmentsOf(chunks));
    }
    expect(early).toBeGreaterThan(100);
  });

  test("of one channel are given with their chunk", () => {
    const growing = new GrowingSegments();
    const [first, second] = [[1, 8] as const, [9, 12] as const].map(([start, end]) =>
      chunk("One two three. Four five six.", [{ start, end }]),
    );
    growing.add(first!);
    expect(growing.take(first!.start).map(({ id }) => id)).toEqual([0, 1]);
    growing.add(second!);
    expect(growing.take(first!.start).map(({ id }) => id)).toEqual([2, 3]);
  });

  test("a chunk of 5,000 sentences and pauses takes no long time", () => {
    const speech = Array.from({ length: 5000 }, (_, index) => ({ start: index, end: index + 0.7 }));
    const started = performance.now();
    const segments = segmentsOf([chunk("It is so now. ".repeat(5000), speech)]);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(segments.length).toBeGreaterThan(1000);
  });
});
