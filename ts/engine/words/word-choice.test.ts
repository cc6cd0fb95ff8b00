import { describe, expect, test } from "bun:test";
import { AsrError } from "../../contract/errors.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { scriptedPlace } from "../../testing/scripted-aligner.ts";
import { type Script, scriptedEngine } from "../../testing/scripted-model.ts";
import { english, hears, kindsOf, wordsTranscript } from "../../testing/words.ts";
import type { AlignerSource } from "./aligner-source.ts";
import { canTimeWords } from "./word-times.ts";

describe("auto", () => {
  test("takes the aligner that is here", async () => {
    const { source } = scriptedPlace();
    expect(kindsOf(await wordsTranscript({ words: "auto" }, { source, hears }))).toEqual(
      Array(3).fill(false),
    );
    expect(kindsOf(await wordsTranscript({ words: "auto" }, { source }))).toEqual(
      Array(3).fill(false),
    );
  });

  test("takes attention where there is none", async () => {
    const { source, opened } = scriptedPlace(undefined, { isHere: async () => false });
    const result = await wordsTranscript({ words: "auto" }, { source, hears });
    expect([kindsOf(result), opened()]).toEqual([[true, true, true], 0]);
    expect(result.notes).toBeUndefined();
  });

  test("does not do without the aligner that was named, and decodes nothing", async () => {
    const broken = () => Promise.reject(new AsrError("model", "it is broken"));
    const missing = scriptedPlace(undefined, {
      ...{ name: "./nope", isNamed: true, isHere: async () => false },
    });
    const unfit = scriptedPlace(undefined, { isNamed: true, open: broken });
    let isDecoded = false;
    const script: Script = () => {
      isDecoded = true;
      return english;
    };
    const call = (source: AlignerSource) => () =>
      wordsTranscript({ words: "auto" }, { source, hears, script });
    const why = ["aligner (./nope) is not on this machine", "use aligner or another Qwen3-Forced"];
    await expectAsrError(call(missing.source), "model", ...why);
    await expectAsrError(call(unfit.source), "model", "it is broken");
    expect([isDecoded, missing.opened()]).toEqual([false, 0]);
    // It would not be asked about this one.
    const polish = { words: "auto", language: "Polish" } as const;
    const heard = await wordsTranscript(polish, { source: missing.source, hears, script });
    expect(heard.notes).toBeUndefined();
  });

  test("takes attention where the aligner cannot be opened, and says so", async () => {
    const open = () => Promise.reject(new AsrError("model", "it is broken"));
    const { source } = scriptedPlace(undefined, { open });
    const result = await wordsTranscript({ words: "auto" }, { source, hears });
    expect(kindsOf(result)).toEqual([true, true, true]);
    expect(result.notes).toEqual(["times of words are estimated, for it is broken"]);
    await expectAsrError(() => wordsTranscript({ words: "auto" }, { source }), "model", "broken");
  });

  test("keeps what attention told where the aligner fails midway, and says so", async () => {
    const { source } = scriptedPlace(() => {
      throw new AsrError("native", "no memory");
    });
    const result = await wordsTranscript({ words: "auto" }, { source, hears });
    expect(kindsOf(result)).toEqual([true, true, true]);
    expect(result.notes).toEqual(["some times of words are estimated, for no memory"]);
    await expectAsrError(
      () => wordsTranscript({ words: "auto" }, { source }),
      "native",
      "no memory",
    );
    const call = () => wordsTranscript({ words: "aligner" }, { source, hears });
    const { partial } = await expectAsrError(call, "native", "no memory");
    expect(partial?.text).toBe("One two three.");
  });

  test("asks no aligner about a language that it does not know", async () => {
    const { source, opened } = scriptedPlace();
    const script: Script = () => "Eins zwei drei.";
    const settings = { words: "auto", language: "Polish" } as const;
    const result = await wordsTranscript(settings, { source, script, hears });
    expect([kindsOf(result), opened(), result.notes]).toEqual([[true, true, true], 0, undefined]);
  });

  test("names both ways where there is none", async () => {
    const { source } = scriptedPlace(undefined, { isHere: async () => false });
    const call = () => wordsTranscript({ words: "auto" }, { source });
    await expectAsrError(call, "usage", "no alignment heads", "--words aligner", "find-heads");
  });
});

test("what is to be known of an aligner's checkpoint is a note", async () => {
  const { source, model } = scriptedPlace();
  Object.assign(model, { info: { ...model.info, notes: ["it has few bits"] } });
  const result = await wordsTranscript({ words: "aligner" }, { source });
  expect(result.notes).toEqual(["it has few bits"]);
});

describe("what cannot be", () => {
  test("is attention of a model without heads", async () => {
    const call = () => wordsTranscript({ words: "attention" });
    await expectAsrError(call, "usage", "no alignment heads", "--words aligner", "find-heads");
  });

  test("is a language that the aligner does not know, of a model without heads", async () => {
    const { source } = scriptedPlace();
    const call = () => wordsTranscript({ words: "auto", language: "Thai" }, { source });
    const error = await expectAsrError(call, "usage", "no alignment heads", "find-heads");
    expect(error.hint).not.toContain("--words aligner");
  });

  test("is an aligner that cannot be opened: nothing is decoded", async () => {
    const open = () => Promise.reject(new AsrError("model", "it is broken"));
    const { source } = scriptedPlace(undefined, { open });
    let isDecoded = false;
    const script: Script = () => {
      isDecoded = true;
      return english;
    };
    const call = () => wordsTranscript({ words: "aligner" }, { source, hears, script });
    await expectAsrError(call, "model", "broken");
    expect(isDecoded).toBe(false);
  });
});

describe("a language that the aligner turns out not to know", () => {
  const script: Script = ({ session }) =>
    session % 2 === 0 ? `${english}One two.` : "language Thai<asr_text>Uno due tre.";

  test("has the words of its chunks by attention, and a note", async () => {
    const { source } = scriptedPlace();
    const settings = { words: "aligner", chunkSeconds: 2 } as const;
    const result = await wordsTranscript(settings, { source, script, hears, seconds: 4 });
    expect(kindsOf(result)).toEqual([false, false, true, true, true]);
    expect(result.notes).toEqual([
      "the aligner does not know Thai: times of words in it are estimated",
    ]);
  });

  test("has none without heads, and a note", async () => {
    const { source } = scriptedPlace();
    const settings = { words: "aligner", chunkSeconds: 2 } as const;
    const result = await wordsTranscript(settings, { source, script, seconds: 4 });
    expect(kindsOf(result)).toEqual([false, false]);
    expect(result.text).toBe("One two. Uno due tre.");
    expect(result.notes).toEqual([expect.stringContaining("Thai: words in it have no times")]);
  });
});

test.each([
  [true, undefined, false, true],
  [false, undefined, true, true],
  [false, undefined, false, false],
  [false, "Thai", true, false],
  [false, "German", true, true],
] as const)(
  "heads %p, language %p, an aligner here %p: %p",
  async (heads, language, here, able) => {
    const { engine } = scriptedEngine(() => "", { hears: heads ? hears : undefined });
    const { source } = scriptedPlace(undefined, { isHere: async () => here });
    const { signal } = new AbortController();
    expect(await canTimeWords(engine, source, { language }, signal)).toBe(able);
  },
);
