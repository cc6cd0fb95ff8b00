import { expect, test } from "bun:test";
import { joinTexts, joinTurns } from "./joining.ts";

const cases: [string, string, string][] = [
  ["Hello.", "World.", "Hello. World."],
  ["Hello. ", " World.", "Hello. World."],
  ["你好。", "世界", "你好。世界"],
  ["你好", "世界", "你好世界"],
  ["東京へ", "「行く」", "東京へ「行く」"],
  ["서울에", "간다", "서울에 간다"],
  ["สวัสดี", "ครับ", "สวัสดีครับ"],
  ["我用", "Bun", "我用 Bun"],
  ["Bun。", "Node", "Bun。Node"],
  ["", "only", "only"],
];

test.each(cases)("%j and %j", (before, after, whole) => {
  expect(joinTexts(before, after)).toBe(whole);
  expect(joinTurns([{ text: before }, { text: after }])).toBe(whole);
});

test("texts of ten hours are joined in a moment, and silence between them is nothing", () => {
  const texts = Array.from({ length: 20_000 }, (_, i) => (i % 3 === 0 ? "" : `Sentence ${i}.`));
  const started = performance.now();
  const whole = joinTurns(texts.map((text) => ({ text })));
  expect(performance.now() - started).toBeLessThan(500);
  expect(whole).toBe(texts.filter((text) => text !== "").join(" "));
});

test("what is said in another channel begins a line", () => {
  const turns = [
    { text: "Hello.", channel: 1 },
    { text: "Who is it?", channel: 1 },
    { text: "", channel: 2 },
    { text: "It is me.", channel: 2 },
    { text: "你好。", channel: 1 },
  ];
  expect(joinTurns(turns)).toBe("Hello. Who is it?\nIt is me.\n你好。");
});
