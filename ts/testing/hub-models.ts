import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { HubSettings } from "../hub/settings.ts";
import { defaultTuning, type Tuning } from "../hub/tuning.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import type { PublishedModel } from "./loopback-hub.ts";

/** The model that tests publish. */
export const testId = "speech-lab/tiny-asr";

/** Small blocks and short waits, so that many of both fit into a test. */
export const quickTuning: Tuning = {
  ...defaultTuning,
  rangeBytes: 8192,
  blockBytes: 2048,
  attempts: 12,
  backoffMs: 1,
  longestBackoffMs: 4,
  answerMs: 300,
  stallMs: 150,
  beatMs: 40,
};

/** The same for processes that are killed in the middle. */
export const processTuning: Tuning = {
  ...quickTuning,
  rangeBytes: 64_000,
  blockBytes: 16_000,
  // A busy machine is no fault.
  answerMs: 20_000,
  stallMs: 20_000,
};

/** A model with two shards and their index, of random bytes: `weightBytes` in all. */
export function shardedModel(seed: number, weightBytes: number): PublishedModel {
  const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;
  const first = Math.floor(weightBytes * 0.6);
  const map = { "thinker.a": shards[0], "thinker.b": shards[1] };
  return {
    files: {
      ...textFiles(seed),
      "README.md": Buffer.from("# not part of a checkpoint"),
      "model.safetensors.index.json": Buffer.from(JSON.stringify({ weight_map: map })),
      [shards[0]]: randomBytes(seed + 1, first),
      [shards[1]]: randomBytes(seed + 2, weightBytes - first),
    },
  };
}

/** A model with all weights in one file. */
export function singleModel(seed: number, weightBytes: number): PublishedModel {
  return {
    files: { ...textFiles(seed), "model.safetensors": randomBytes(seed + 1, weightBytes) },
  };
}

function textFiles(seed: number): Record<string, Uint8Array> {
  return {
    "config.json": Buffer.from(JSON.stringify({ model_type: "qwen3_asr", seed })),
    "vocab.json": Buffer.from(JSON.stringify({ a: 0, seed })),
    "merges.txt": Buffer.from(`#version: 0.2\na ${seed}\n`),
    "tokenizer_config.json": Buffer.from(JSON.stringify({ added_tokens_decoder: {}, seed })),
  };
}

function randomBytes(seed: number, length: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length }, () => random() * 256);
}

/** A cache of its own for one test. */
export class ScratchCache implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "bun-asr-hub-"));

  /** Settings that use this cache and that hub. */
  settings(endpoint: string, more: Partial<HubSettings> = {}): HubSettings {
    return { endpoint, cacheFolder: this.folder, token: undefined, offline: false, ...more };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
