import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { alignerSet, alignerSets } from "../testing/aligner-goldens.ts";
import { goldensFolder, readNpy } from "../testing/goldens.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { alignerPromptIds } from "./aligner-prompt.ts";
import { repaired } from "./repair.ts";
import { spokenWords } from "./words/words.ts";

// What needs no model, against the official aligner.

describe.each(alignerSets)("%s", (name) => {
  const { folder, segmentMs, cases } = alignerSet(name);
  test.each(cases)("$name", async (golden) => {
    const { words, samples } = golden;
    const tokenizer = await Tokenizer.load(folder);
    const official = [...readNpy(folder, golden.inputIds.file).data];
    const pad = tokenizer.specialId("<|audio_pad|>");
    const audioTokens = official.filter((id) => id === pad).length;
    const asked = words.map((spoken) => ({ from: 0, to: 0, spoken }));
    expect([...alignerPromptIds(tokenizer, audioTokens, asked)]).toEqual(official);

    const slots = [...readNpy(folder, golden.slots.file).data];
    const times = slots.map((slot) => slot * segmentMs);
    expect(repaired(times).times).toEqual(golden.repaired);
    const last = Math.floor(samples / 16 / segmentMs) * segmentMs;
    const limited = times.map((time) => Math.min(time, last));
    expect(repaired(limited).times).toEqual(golden.limited);
  });
});

/** Those whose words need tables that are no part of the program. */
const withTables = ["Japanese", "Korean"];

test("the words of the goldens' texts are the official ones", () => {
  const cases = alignerSets.flatMap((name) => alignerSet(name).cases);
  const here = cases.filter(({ language }) => !withTables.includes(language));
  for (const { text, language, words } of here) {
    expect(spokenWords(text, language).map(({ spoken }) => spoken)).toEqual(words);
  }
  expect(new Set(here.map(({ language }) => language)).size).toBe(9);
});

const sentences = join(goldensFolder, "words");
test.each(readdirSync(sentences))("words of sentences, %s", (file) => {
  const language = file.replace(/^./u, (letter) => letter.toUpperCase()).replace(".json", "");
  const cases = JSON.parse(readFileSync(join(sentences, file), "utf8"));
  for (const { text, words } of cases) {
    const found = spokenWords(text, language).map(({ spoken }) => spoken);
    expect({ text, words: found }).toEqual({ text, words });
  }
  expect(cases.length).toBeGreaterThan(40);
});
