import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AsrError } from "../../ts/contract/errors.ts";
import { modelFolder } from "../../ts/native/locate.ts";
import { Tokenizer } from "../../ts/text/tokenizer.ts";
import type { Check, Random, Trials } from "../check.ts";
import { mutatedJson } from "../json-mutations.ts";
import { mutatedBytes } from "../mutations.ts";
import { pick } from "../random.ts";

export const check: Check = {
  number: 4,
  title: "tokenizer files",
  tries:
    "mutated vocab.json, merges.txt or tokenizer_config.json, and merges of 50 MB; refused " +
    "with the file's name, or text survives the way to ids and back",
  inputs: 10_000,
  inputsOfTest: 150,
  hangMs: 20_000,
};

const names = ["vocab.json", "merges.txt", "tokenizer_config.json"] as const;
type Name = (typeof names)[number];
type Input = { name: Name; content: Uint8Array };

const maxMs = 2000;
const sample = "Turn on the light, 30 % — naïve café\n\u{1f600}";

/** Loads the demo's tokenizer with one file that is not as it should be. */
export function open(folder: string): Trials<Input> {
  const demo = modelFolder("demo");
  for (const name of names) copyFileSync(join(demo, name), join(folder, name));
  const proper = new Map(names.map((name) => [name, readFileSync(join(demo, name))]));
  const counts = { loaded: 0, slowestMs: 0 };

  async function judge({ name, content }: Input): Promise<string | undefined> {
    const path = join(folder, name);
    writeFileSync(path, content);
    const started = performance.now();
    try {
      const tokenizer = await Tokenizer.load(folder);
      const ids = tokenizer.encodePlain(sample);
      counts.loaded++;
      if (tokenizer.decode(ids, { special: true }) !== sample) return "text does not survive";
      if (ids.some((id) => id < 0 || id >= tokenizer.size)) return "gave ids of no token";
    } catch (error) {
      if (!(error instanceof AsrError) || error.code !== "model") throw error;
      if (!error.message.includes(folder)) return `does not name a file: ${error.message}`;
    } finally {
      writeFileSync(path, proper.get(name)!);
    }
    const ms = performance.now() - started;
    counts.slowestMs = Math.max(counts.slowestMs, ms);
    return ms > maxMs ? `took ${ms.toFixed(0)} ms` : undefined;
  }

  function input(random: Random, index: number): Input {
    // A line that would be a proper merge, 50 MB of them.
    if (index === 0) return { name: "merges.txt", content: Buffer.alloc(50_000_000, "t h\n") };
    const name = pick(random, names);
    const bytes = proper.get(name)!;
    const isText = name === "merges.txt" || random() < 0.4;
    if (isText) return { name, content: mutatedBytes(random, bytes) };
    return { name, content: Buffer.from(mutatedJson(random, bytes.toString())) };
  }

  return {
    input,
    judge,
    figures: () => [`${counts.loaded} loaded, at most ${counts.slowestMs.toFixed(0)} ms each`],
  };
}
