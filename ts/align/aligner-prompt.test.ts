import { expect, test } from "bun:test";
import { join } from "node:path";
import { goldensFolder } from "../testing/goldens.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { alignerPromptIds } from "./aligner-prompt.ts";
import { spokenWords } from "./words/words.ts";

test("words stand in the prompt without spaces, two slots behind each", async () => {
  const tokenizer = await Tokenizer.load(join(goldensFolder, "small"));
  const words = spokenWords("Turn on, <timestamp>!", "English");
  const ids = alignerPromptIds(tokenizer, 2, words);
  expect(tokenizer.decode(ids, { special: true })).toBe(
    "<|audio_start|><|audio_pad|><|audio_pad|><|audio_end|>" +
      ["Turn", "on", "timestamp"].map((word) => `${word}<timestamp><timestamp>`).join(""),
  );
  const slot = tokenizer.specialId("<timestamp>");
  expect(ids.filter((id) => id === slot)).toHaveLength(6);
});
