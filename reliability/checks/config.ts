import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AsrError } from "../../ts/contract/errors.ts";
import { Engine } from "../../ts/engine/decode/engine.ts";
import { modelFolder } from "../../ts/native/locate.ts";
import type { Check, Random, Trials } from "../check.ts";
import { mutatedJson } from "../json-mutations.ts";
import { mutatedBytes } from "../mutations.ts";

export const check: Check = {
  number: 3,
  title: "config.json",
  tries:
    "the demo with a mutated configuration: values, keys, nests, bytes; opened, or refused " +
    "with the file's name, in 200 MB",
  inputs: 10_000,
  inputsOfTest: 150,
  hangMs: 20_000,
};

const maxGrowthMb = 200;

/** Opens the demo with other configurations. */
export function open(folder: string): Trials<Uint8Array> {
  const demo = modelFolder("demo");
  for (const name of ["merges.txt", "vocab.json", "tokenizer_config.json", "model.safetensors"]) {
    copyFileSync(join(demo, name), join(folder, name));
  }
  const proper = readFileSync(join(demo, "config.json"), "utf8");
  const path = join(folder, "config.json");
  const counts = { opened: 0 };
  let startMb = 0;

  async function judge(config: Uint8Array): Promise<string | undefined> {
    writeFileSync(path, config);
    try {
      const engine = await Engine.open(folder);
      counts.opened++;
      await engine.close();
    } catch (error) {
      if (!(error instanceof AsrError) || error.code !== "model") throw error;
      if (!error.message.includes(folder)) return `does not name a file: ${error.message}`;
    }
    // After the first one, which loads the library and the weights.
    startMb ||= memoryMb();
    const grown = memoryMb() - startMb;
    return grown > maxGrowthMb ? `grew by ${grown.toFixed(0)} MB` : undefined;
  }

  function input(random: Random, index: number): Uint8Array {
    const text = new TextEncoder().encode(index === 0 ? proper : mutatedJson(random, proper));
    return random() < 0.2 ? mutatedBytes(random, text) : text;
  }

  const grown = () => `grew by ${(memoryMb() - startMb).toFixed(0)} MB at most`;
  return { input, judge, figures: () => [`${counts.opened} opened`, grown()] };
}

/** The most memory that this process had. */
function memoryMb(): number {
  return process.resourceUsage().maxRSS / (process.platform === "darwin" ? 1e6 : 1e3);
}
