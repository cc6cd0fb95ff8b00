import { readFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../wer/seeded-random.ts";
import { type CheckpointFolders, source, whole } from "./checkpoint.ts";
import { type Tensors, writeSafetensors } from "./safetensors.ts";

// A small forced aligner: the goldens' float checkpoint with a head of classes.

/** Classes of its head. */
export const alignerClasses = 90;
/** The id of its `<timestamp>`: a token that the goldens' vocabulary has, for lack of that one. */
export const alignerTimestamp = 380;

type Config = Record<string, unknown> & { thinker_config: Record<string, unknown> };

/** Random bfloat16 values, small ones. */
export function randomHead(rows: number, columns: number): Uint8Array {
  const random = seededRandom(rows);
  const values = Float32Array.from({ length: rows * columns }, () => random() - 0.5);
  const words = new Uint16Array(values.buffer);
  return new Uint8Array(words.filter((_, i) => i % 2 === 1).buffer);
}

const width: number = whole.get("thinker.model.norm.weight")!.shape[0]!;

/** The head, [classes, hidden]. */
export const alignerHead = {
  dtype: "BF16",
  shape: [alignerClasses, width],
  data: randomHead(alignerClasses, width),
};

/** Its tensors in the official layout. */
export const alignerTensors: Tensors = new Map(whole).set("thinker.lm_head.weight", alignerHead);

/** The official config.json of an aligner, from that of a recognizer. */
export function alignerConfig(change: (config: Config) => void = () => {}): string {
  const config: Config = JSON.parse(readFileSync(join(source, "config.json"), "utf8"));
  const thinker = config.thinker_config;
  Object.assign(config, { timestamp_token_id: alignerTimestamp, timestamp_segment_time: 80 });
  Object.assign(thinker, { model_type: "qwen3_forced_aligner", classify_num: alignerClasses });
  Object.assign(thinker["text_config"] as object, { tie_word_embeddings: false });
  change(config);
  return JSON.stringify(config);
}

/** The folder of the aligner, or of another one with these tensors and this configuration. */
export function alignerFolder(
  folders: CheckpointFolders,
  tensors: Tensors = alignerTensors,
  config: string = alignerConfig(),
): string {
  return folders.with({
    "model.safetensors": writeSafetensors(tensors),
    "config.json": config,
  });
}
