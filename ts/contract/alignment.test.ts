import { expect, test } from "bun:test";
import { expectAsrError } from "../testing/expect-error.ts";
import { checkedText, type GivenText } from "./alignment.ts";
import { alignSettings } from "./option-checks.ts";

test("a text is a string, or lines with or without more than their text", () => {
  expect(checkedText("a\nb")).toBe("a\nb");
  expect(checkedText(["a", "", { text: "b" }])).toEqual(["a", "", "b"]);
});

test("what is no text that could be found is refused", async () => {
  for (const text of ["", " \n", "— ♪ …", [], [""], [{ text: "?" }]]) {
    await expectAsrError(() => checkedText(text), "usage", "has no words in it");
  }
  await expectAsrError(() => checkedText("Ja. ".repeat(500_001)), "usage", "2,000,004 characters");
  for (const text of [undefined, null, 7, { text: "a" }, ["a", 7], [["a"]], [{}], [null]]) {
    await expectAsrError(() => checkedText(text as unknown as GivenText), "usage", "neither");
  }
});

test("a text is aligned to one channel, by words in time as they are asked for", async () => {
  expect(alignSettings({ language: "de" })).toMatchObject({ language: "German" });
  expect(alignSettings({ words: "attention" }).words).toBe("attention");
  await expectAsrError(() => alignSettings({ channel: "each" }), "usage", "one channel");
  const logprobs = { logprobs: true } as object;
  await expectAsrError(() => alignSettings(logprobs), "usage", 'align: unknown option "logprobs"');
});
