import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goldensFolder } from "./goldens.ts";
import { readSafetensors, type Tensors, writeSafetensors } from "./safetensors.ts";

/** The goldens' float checkpoint, in the official layout: two shards, names with the prefix. */
export const source = join(goldensFolder, "small");
export const shardNames = [1, 2].map((shard) => `model-0000${shard}-of-00002.safetensors`);
export const shards = shardNames.map((name) => readSafetensors(readFileSync(join(source, name))));
export const whole: Tensors = new Map(shards.flatMap((tensors) => [...tensors]));

const smallNames = [
  "config.json",
  "generation_config.json",
  "vocab.json",
  "merges.txt",
  "tokenizer_config.json",
];

/** Checkpoint folders for one test file, removed together. */
export class CheckpointFolders implements Disposable {
  readonly #scratch = mkdtempSync(join(tmpdir(), "bun-asr-checkpoint-"));
  #count = 0;

  /** A folder with the configuration and the vocabulary of `from` and these files. */
  with(files: Record<string, string | Uint8Array>, from = source): string {
    const folder = join(this.#scratch, String(this.#count++));
    mkdirSync(folder);
    for (const name of smallNames) copyFileSync(join(from, name), join(folder, name));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return folder;
  }

  /** A folder with all tensors in one file. */
  single(tensors: Tensors, from = source): string {
    return this.with({ "model.safetensors": writeSafetensors(tensors) }, from);
  }

  /** A folder with one file for each part, and the index. */
  sharded(parts: readonly Tensors[]): string {
    const files: Record<string, string | Uint8Array> = {};
    const map: Record<string, string> = {};
    for (const [i, tensors] of parts.entries()) {
      files[shardNames[i]!] = writeSafetensors(tensors);
      for (const name of tensors.keys()) map[name] = shardNames[i]!;
    }
    files["model.safetensors.index.json"] = JSON.stringify({ metadata: {}, weight_map: map });
    return this.with(files);
  }

  [Symbol.dispose](): void {
    rmSync(this.#scratch, { recursive: true });
  }
}
