// This folder: the checks, a file each, as docs/reliability.md lists them.

import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readHeader } from "../../ts/checkpoint/safetensors.ts";
import { AsrError } from "../../ts/contract/errors.ts";
import { modelFolder } from "../../ts/native/locate.ts";
import { nativeError, nativeLibrary } from "../../ts/native/symbols.ts";
import type { Check, Random, Trials } from "../check.ts";
import { cost } from "../cost.ts";
import { mutatedJson } from "../json-mutations.ts";
import { mutatedBytes } from "../mutations.ts";
import { between, pick } from "../random.ts";
import { Reference } from "../reference.ts";
import { attacks, fileOf, properFiles } from "../safetensors-files.ts";

export const check: Check = {
  number: 1,
  title: "safetensors headers",
  tries:
    "hand-made attacks, then mutated headers, each read by both readers, Swift's and " +
    "TypeScript's; none may be accepted that safetensors refuses",
  inputs: 50_000,
  inputsOfTest: 1500,
  hangMs: 10_000,
};

const maxMs = 50;

/** Opens files as weights of the demo; compares with safetensors where that is installed. */
export function open(folder: string): Trials<Uint8Array> {
  copyFileSync(join(modelFolder("demo"), "config.json"), join(folder, "config.json"));
  const path = join(folder, "model.safetensors");
  const library = nativeLibrary();
  const reference = Reference.start();
  const counts = { accepted: 0, stricter: 0, slowestMs: 0 };

  /** What the loader says of a file: a missing tensor means that its header passed. */
  function isAccepted(file: Uint8Array): boolean {
    writeFileSync(path, file);
    // The C function, as the readers of TypeScript come before it otherwise.
    const handle = library.asr_model_open(folder, "{}");
    if (handle !== null) {
      library.asr_model_close(handle);
      return true;
    }
    const error = nativeError(library, "open");
    if (error.code !== "model") throw error;
    return !error.message.startsWith(path);
  }

  async function isAcceptedByOther(): Promise<boolean> {
    try {
      await readHeader(path);
      return true;
    } catch (error) {
      if (!(error instanceof AsrError) || error.code !== "model") throw error;
      return false;
    }
  }

  async function judge(file: Uint8Array): Promise<string | undefined> {
    let isIn = false;
    const ms = await cost(maxMs, () => {
      isIn = isAccepted(file);
    });
    const byOther = await isAcceptedByOther();
    counts.slowestMs = Math.max(counts.slowestMs, ms);
    counts.accepted += Number(isIn);
    if (ms > maxMs) return `took ${ms.toFixed(0)} ms`;
    const isProper = await reference?.accepts(file);
    counts.stricter += Number(isProper === true && !isIn);
    if (isProper === false && isIn) return "accepted, but safetensors refuses it";
    if (isProper === false && byOther)
      return "accepted by TypeScript's reader, but safetensors refuses it";
    return undefined;
  }

  const compared = () =>
    reference === undefined
      ? ["safetensors is not installed: not compared"]
      : [`${counts.stricter} refused that safetensors reads: types that MLX lacks, stricter JSON`];
  return {
    input,
    judge,
    figures: () => [
      `${counts.accepted} accepted, at most ${counts.slowestMs.toFixed(1)} ms each`,
      ...compared(),
    ],
    close: () => reference?.close(),
  };
}

function input(random: Random, index: number): Uint8Array {
  if (index < attacks.length) return attacks[index]!;
  const proper = pick(random, properFiles);
  if (random() < 0.4) return mutatedBytes(random, proper, pick(random, properFiles));
  const length = Number(new DataView(proper.buffer).getBigUint64(0, true));
  const header = new TextDecoder().decode(proper.subarray(8, 8 + length));
  const data = proper.length - 8 - length;
  const spaces = " ".repeat(random() < 0.1 ? between(random, 1, 9) : 0);
  return fileOf(`${mutatedJson(random, header)}${spaces}`, data);
}
