import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AsrError } from "../../ts/contract/errors.ts";
import { Model } from "../../ts/native/model.ts";
import { shardNames, source } from "../../ts/testing/checkpoint.ts";
import type { Check, Random, Trials } from "../check.ts";
import { between } from "../random.ts";

export const check: Check = {
  number: 2,
  title: "shards that are cut or missing",
  tries:
    "a checkpoint of two shards, one of them cut at a place or gone; refused with the file's " +
    "name, cuts with sizes",
  inputs: 130,
  inputsOfTest: 34,
};

interface Cut {
  shard: string;
  /** Bytes that are left; undefined when the file is gone. */
  left: number | undefined;
}

/** Opens a checkpoint of which one shard is not whole. */
export function open(folder: string): Trials<Cut> {
  const home = join(folder, "model");
  mkdirSync(home);
  for (const name of readdirSync(source)) {
    if (name.includes(".")) copyFileSync(join(source, name), join(home, name));
  }
  const shards = shardNames.map((name) => readFileSync(join(source, name)));

  function judge({ shard, left }: Cut): string | undefined {
    const bytes = shards[shardNames.indexOf(shard)]!;
    const path = join(home, shard);
    if (left === undefined) rmSync(path);
    else writeFileSync(path, bytes.subarray(0, left));
    try {
      Model.open(home).close();
      return "opened";
    } catch (error) {
      if (!(error instanceof AsrError) || error.code !== "model") throw error;
      if (!error.message.includes(shard)) return `does not name the file: ${error.message}`;
      const hasSize = left === undefined || /\d/.test(error.message.replaceAll(path, ""));
      return hasSize ? undefined : `gives no size: ${error.message}`;
    } finally {
      writeFileSync(path, bytes);
    }
  }

  function input(random: Random, index: number): Cut {
    const shard = shardNames[index % 2]!;
    const size = shards[index % 2]!.length;
    if (index < 2) return { shard, left: undefined };
    // Half of the cuts lie in the header or one byte before the end.
    const edges = [0, 1, 7, 8, 9, size - 1, size - 2];
    const edge = edges[index >> 1];
    return { shard, left: edge ?? between(random, 0, size) };
  }

  return { input, judge };
}
