import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AsrError } from "./errors.ts";
import { Model } from "./model.ts";
import { root } from "./setup/folders.ts";
import { toStderr } from "./setup/setup.ts";
import { python } from "./setup/toolchain.ts";
import { goldenSet } from "./testing/goldens.ts";
import { compareWithOfficial } from "./testing/parity.ts";

// Too slow or too large for the tests: the published 0.6B shapes against the official
// implementation, which is installed for it (2 GB), with random weights (2.5 GB).

const cache = join(root, ".cache");
const recipe = join(root, "models/goldens");
const goldens = join(cache, "goldens");
const sets = ["0.6b", "0.6b-q4"];

/** The command `verify`: prints a row for each case and returns the exit status. */
export async function verify(): Promise<number> {
  const interpreter = await officialPython();
  if (!sets.every((name) => existsSync(join(goldens, name, "manifest.json")))) {
    toStderr("verify: computing goldens at the shapes of 0.6B (minutes)");
    await run([interpreter, join(recipe, "make.py"), "full", "--out", goldens]);
  }
  let failed = 0;
  process.stdout.write("set case mel encoder logits tokens\n");
  for (const name of sets) {
    const set = goldenSet(name, goldens);
    using model = Model.open(set.folder, { precision: "full" });
    for (const golden of set.cases) {
      const found = await compareWithOfficial(set, golden, model);
      const { mel, encoder, logits, tokens, officialTokens, promptIsEqual } = found;
      const tokensAreEqual = tokens.every((token, i) => token === officialTokens[i]);
      const isGood =
        mel <= (golden.mel.tolerance ?? set.tolerances.mel) &&
        encoder <= set.tolerances.encoder &&
        logits <= set.tolerances.logits &&
        promptIsEqual &&
        tokensAreEqual;
      if (!isGood) failed++;
      const distances = [mel, encoder, logits].map((value) => value.toExponential(1)).join(" ");
      const verdict = tokensAreEqual ? "equal" : "different";
      process.stdout.write(
        `${name} ${golden.name} ${distances} ${verdict}${isGood ? "" : " FAILED"}\n`,
      );
    }
  }
  return failed === 0 ? 0 : 1;
}

/** A Python with the official implementation, made at first need. */
async function officialPython(): Promise<string> {
  const home = join(cache, "official");
  const interpreter = join(home, "bin/python");
  const marker = join(home, "complete");
  if (existsSync(marker)) return interpreter;
  toStderr("verify: installing the official implementation (2 GB, once)");
  await mkdir(cache, { recursive: true });
  await run([await python("the official implementation"), "-m", "venv", home]);
  const requirements = join(recipe, "requirements.txt");
  await run([interpreter, "-m", "pip", "install", "--quiet", "--requirement", requirements]);
  await Bun.write(marker, "");
  return interpreter;
}

async function run(command: string[]): Promise<void> {
  const child = Bun.spawn(command, { cwd: root, stdin: "ignore", stdout: 2, stderr: 2 });
  if ((await child.exited) === 0) return;
  throw new AsrError("native", `${command.join(" ")} failed`, "see its output above");
}
