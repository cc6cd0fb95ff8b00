import { expect, test } from "bun:test";
import { joinAll, joinTexts } from "./joining.ts";

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
  expect(joinAll([before, after])).toBe(whole);
});

test("texts of ten hours are joined in a moment, and silence between them is nothing", () => {
  const texts = Array.from({ length: 20_000 }, (_, i) => (i % 3 === 0 ? "" : `Sentence ${i}.`));
  const started = performance.now();
  const whole = joinAll(texts);
  expect(performance.now() - started).toBeLessThan(500);
  expect(whole).toBe(texts.filter((text) => text !== "").join(" "));
});
