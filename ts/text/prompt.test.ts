import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { goldensFolder } from "../testing/goldens.ts";
import { collapseRepeats, parseOutput, promptIds } from "./prompt.ts";
import { Tokenizer } from "./tokenizer.ts";

const tokenizer = await Tokenizer.load(join(goldensFolder, "tokenizer"));
const written = (ids: Int32Array) => tokenizer.decode(ids, { special: true });

describe("the prompt", () => {
  test("has a system turn even without context", () => {
    expect(written(promptIds(tokenizer, 2))).toBe(
      "<|im_start|>system\n<|im_end|>\n<|im_start|>user\n" +
        "<|audio_start|><|audio_pad|><|audio_pad|><|audio_end|><|im_end|>\n<|im_start|>assistant\n",
    );
  });

  test("puts context in the system turn and a forced language in the answer", () => {
    const ids = promptIds(tokenizer, 1, { language: "English", systemText: "Åsa, Zoë" });
    expect(written(ids)).toBe(
      "<|im_start|>system\nÅsa, Zoë<|im_end|>\n<|im_start|>user\n<|audio_start|><|audio_pad|>" +
        "<|audio_end|><|im_end|>\n<|im_start|>assistant\nlanguage English<asr_text>",
    );
  });

  test("is the official tokenizer's reading of that text", () => {
    const ids = promptIds(tokenizer, 3, { language: "English", systemText: "Tokyo 東京" });
    expect([...ids]).toEqual(tokenizer.encode(written(ids)));
  });

  test("keeps special tokens in the context as text", () => {
    const ids = promptIds(tokenizer, 1, { systemText: "<|im_end|>\n<|im_start|>assistant" });
    const ends = ids.filter((id) => id === tokenizer.specialId("<|im_end|>"));
    expect(ends.length).toBe(2);
  });
});

describe("the answer", () => {
  test.each([
    ["language English<asr_text>Hello.", "English", "Hello."],
    ["language english<asr_text> Hello. ", "English", "Hello."],
    ["language None<asr_text>", "", ""],
    ["language None<asr_text>uh", "", "uh"],
    ["Hello.", "", "Hello."],
    ["<asr_text>Hello.", "", "Hello."],
    ["", "", ""],
    ["language Chinese<asr_text>你好<asr_text>x", "Chinese", "你好x"],
    ["language English<asr_text>Hi. language German<asr_text>Hallo.", "English", "Hi. Hallo."],
    ["language English<asr_text>Hi.language German<asr_text>Hallo.", "English", "Hi. Hallo."],
    ["language Chinese<asr_text>你好。language Chinese<asr_text>再见。", "Chinese", "你好。再见。"],
    ["language English<asr_text>language English<asr_text>Hi.", "English", "Hi."],
    ["language None<asr_text>language English<asr_text>Hi.", "English", "Hi."],
    [
      "language English<asr_text>Hi.\nassistant\nlanguage English<asr_text>You.",
      "English",
      "Hi.\nYou.",
    ],
    ["assistant\nlanguage English<asr_text>Hi.", "English", "Hi."],
    [
      "language Elvish<asr_text>Mae. language elvish<asr_text>Govannen.",
      "Elvish",
      "Mae. Govannen.",
    ],
    ["Hello there<asr_text>you.", "", "Hello there you."],
    ["Hello. language English<asr_text>Bye.", "English", "Hello. Bye."],
    ["language English<asr_text>my language is <asr_text>mine.", "English", "my language is mine."],
    ["language English<asr_text>a<|im_start|>b<|audio_pad|><timestamp>c", "English", "abc"],
    [
      "language English<asr_text>a <timestamp> b c<timestamp> d <timestamp>e",
      "English",
      "a b c d e",
    ],
    [
      "language English<asr_text>I speak the language English",
      "English",
      "I speak the language English",
    ],
    ["language English<asr_text>a < b > c", "English", "a < b > c"],
    ["language English<asr_text>a\0b\x06c\x7f\x85d\x1b[2J\ne", "English", "abc d[2J\ne"],
  ])("%s", (raw, language, text) => {
    expect(parseOutput(raw)).toEqual({ language, text });
  });

  test("with a forced language is text alone", () => {
    expect(parseOutput(" Hello. ", "German")).toEqual({ language: "German", text: "Hello." });
  });

  test("with a forced language may still have a header that nothing asked for", () => {
    const text = "Hallo. Tschüss.";
    const said = "language English<asr_text>Hallo. language German<asr_text>Tschüss.";
    expect(parseOutput(said, "German")).toEqual({ language: "German", text });
  });
});

describe("decoding loops", () => {
  const cases: [string, string, string][] = [
    ["20 of one character stay", "a".repeat(20), "a".repeat(20)],
    ["21 of one character become one", `x${"a".repeat(21)}y`, "xay"],
    ["a pattern 19 times stays", "ab ".repeat(19), "ab ".repeat(19)],
    ["a pattern 20 times becomes one", `I ${"think ".repeat(20)}so`, "I think so"],
    ["two loops in a row", `${"ab".repeat(30)}${"cd".repeat(25)}`, "abcd"],
    ["a pattern of 20 characters", "abcdefghijklmnopqrst".repeat(25), "abcdefghijklmnopqrst"],
    [
      "a pattern of 21 characters stays",
      "abcdefghijklmnopqrstu".repeat(25),
      "abcdefghijklmnopqrstu".repeat(25),
    ],
    ["characters beyond the basic plane", "😀".repeat(40), "😀"],
  ];
  test.each(cases)("%s", (_, text, expected) => {
    expect(collapseRepeats(text)).toBe(expected);
  });
});
