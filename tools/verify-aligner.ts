import { join } from "node:path";
import { repaired } from "../ts/align/repair.ts";
import { spokenWords } from "../ts/align/words/words.ts";
import { AsrError } from "../ts/contract/errors.ts";
import { Model } from "../ts/native/model.ts";
import { type AlignerCase, type AlignerSet, alignerSet } from "../ts/testing/aligner-goldens.ts";
import { compareWithOfficialAligner } from "../ts/testing/aligner-parity.ts";
import { environmentPython, official } from "./environment.ts";
import { root } from "./folders.ts";
import { fullAligners, fullGoldens } from "./full-aligners.ts";
import { toStderr } from "./setup.ts";

// What the tests compare in part: sentences and repairs without end, and the published shapes of
// the aligner with random weights (1.8 GB), against the official implementation.

const recipe = join(root, "models/goldens");
/** Sentences by language: 20,000 of Chinese, and as many of the others together. */
const sentences: Readonly<Record<string, number>> = {
  Chinese: 20_000,
  Cantonese: 2500,
  English: 5000,
  French: 2500,
  German: 2500,
  Italian: 2500,
  Portuguese: 2500,
  Russian: 2500,
  Spanish: 2500,
};
const repairs = 20_000;

/** The command `verify --aligner`: prints a row for each comparison, gives the exit status. */
export async function verifyAligner(seed: number): Promise<number> {
  const python = await environmentPython(official, toStderr);
  const comparisons = [
    compareWords(python, seed),
    compareRepairs(python, seed),
    compareFull(python),
  ];
  let failed = 0;
  for (const rows of comparisons) {
    for await (const { what, isEqual } of rows) {
      if (!isEqual) failed++;
      process.stdout.write(`${what}${isEqual ? "" : " FAILED"}\n`);
    }
  }
  return failed === 0 ? 0 : 1;
}

interface Comparison {
  what: string;
  isEqual: boolean;
}

async function* compareWords(python: string, seed: number): AsyncGenerator<Comparison> {
  for (const [language, count] of Object.entries(sentences)) {
    const cases = await answers<{ text: string; words: string[] }>(
      [python, join(recipe, "words.py"), language, String(count), String(seed)],
      count,
    );
    const other = cases.filter(({ text, words }) => {
      const found = spokenWords(text, language).map(({ spoken }) => spoken);
      return !Bun.deepEquals(found, words);
    });
    const example = other[0] === undefined ? "" : `, as of ${JSON.stringify(other[0].text)}`;
    yield {
      what: `words of ${count} sentences, ${language}: ${other.length} different${example}`,
      isEqual: other.length === 0,
    };
  }
}

async function* compareRepairs(python: string, seed: number): AsyncGenerator<Comparison> {
  const cases = await answers<{ times: number[]; repaired: number[] }>(
    [python, join(recipe, "repairs.py"), String(repairs), String(seed)],
    repairs,
  );
  const other = cases.filter((one) => !Bun.deepEquals(repaired(one.times).times, one.repaired));
  const example = other[0] === undefined ? "" : `, as of ${other[0].times}`;
  yield {
    what: `${repairs} repairs: ${other.length} different${example}`,
    isEqual: other.length === 0,
  };
}

async function* compareFull(python: string): AsyncGenerator<Comparison> {
  for (const name of fullAligners) {
    const set = alignerSet(name, await fullGoldens(python));
    using model = Model.open(set.folder, { kind: "aligner", precision: "full" });
    for (const golden of set.cases) yield await compareCase(name, set, golden, model);
  }
}

async function compareCase(
  name: string,
  set: AlignerSet,
  golden: AlignerCase,
  model: Model,
): Promise<Comparison> {
  const found = await compareWithOfficialAligner(set, golden, model);
  const { logits, slots, officialSlots, promptIsEqual } = found;
  const slotsAreEqual = Bun.deepEquals(slots, officialSlots);
  const times = repaired(slots.map((slot) => slot * set.segmentMs)).times;
  const timesAreEqual = Bun.deepEquals(times, golden.repaired);
  const verdicts = [
    `prompt ${promptIsEqual ? "equal" : "different"}`,
    `logits ${logits.toExponential(1)}`,
    `${slots.length} slots ${slotsAreEqual ? "equal" : "different"}`,
    `times ${timesAreEqual ? "equal" : "different"}`,
  ];
  return {
    what: `${name} ${golden.name}: ${verdicts.join(", ")}`,
    isEqual: promptIsEqual && slotsAreEqual && timesAreEqual && logits <= set.tolerances.logits,
  };
}

/** The lines of JSON that a program of the goldens prints, `count` of them. */
async function answers<T>(command: string[], count: number): Promise<T[]> {
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: 2 });
  const lines = (await child.stdout.text()).split("\n").filter((line) => line !== "");
  if ((await child.exited) === 0 && lines.length === count) {
    return lines.map((line) => JSON.parse(line));
  }
  throw new AsrError("native", `${command.join(" ")} failed`, "see its output above");
}
