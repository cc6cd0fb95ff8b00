import { join } from "node:path";
import { AsrError } from "../contract/errors.ts";
import type { ModelFolder } from "./folder.ts";
import { type Json, objectOf } from "./json-file.ts";

/** A head of the decoder, by its layer and its place there. */
export type AlignmentHead = readonly [layer: number, head: number];

/** What a checkpoint's decoder tells of when words were said. */
export interface AlignmentHeads {
  /** The heads whose attention follows what is being said. */
  heads: readonly AlignmentHead[];
  /** How much later they look than a word is said, in seconds. */
  offsetSeconds: number;
}

/** Later or earlier than this nothing is said that a head looks at. */
const maxOffset = 2;

/** Decoders whose heads are known, by what config.json has under `text_config`. */
const known: readonly { text: Json; audio: Json; found: AlignmentHeads }[] = [
  {
    // Qwen3-ASR-0.6B: heads and offset as bunsen 0.41.0 has them (`alignment.rs`).
    text: {
      hidden_size: 1024,
      num_hidden_layers: 28,
      num_attention_heads: 16,
      num_key_value_heads: 8,
    },
    audio: { encoder_layers: 18, d_model: 896 },
    found: {
      heads: [
        [25, 10],
        [18, 5],
        [22, 7],
        [23, 14],
        [25, 5],
        [24, 15],
        [16, 14],
        [19, 5],
      ],
      offsetSeconds: 0.12,
    },
  },
];

/**
 * The alignment heads of a checkpoint: those that config.json names under `bun_asr`, else those
 * that are known of its shape, else undefined. Throws AsrError `model` when config.json names heads
 * that are not there.
 */
export function alignmentHeads(folder: ModelFolder): AlignmentHeads | undefined {
  const own = objectOf(folder.config["bun_asr"]);
  if (own?.["alignment_heads"] !== undefined) return ownHeads(folder, own);
  const text = objectOf(folder.thinker["text_config"]) ?? {};
  const audio = objectOf(folder.thinker["audio_config"]) ?? {};
  const agrees = (found: Json, wanted: Json) =>
    Object.entries(wanted).every(([name, value]) => found[name] === value);
  return known.find((row) => agrees(text, row.text) && agrees(audio, row.audio))?.found;
}

function ownHeads(folder: ModelFolder, own: Json): AlignmentHeads {
  const text = objectOf(folder.thinker["text_config"]) ?? {};
  const [layers, heads] = [text["num_hidden_layers"], text["num_attention_heads"]].map(Number);
  const bad = (what: string) =>
    new AsrError(
      "model",
      `${join(folder.path, "config.json")}: bun_asr.${what}`,
      "bun-asr find-heads --write puts there what it finds",
    );
  const named: unknown = own["alignment_heads"];
  const isBelow = (value: unknown, limit: number | undefined) =>
    Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < (limit ?? 0);
  const isHead = (pair: unknown): pair is AlignmentHead =>
    Array.isArray(pair) && pair.length === 2 && isBelow(pair[0], layers) && isBelow(pair[1], heads);
  if (!Array.isArray(named) || !named.every(isHead)) {
    throw bad(
      `alignment_heads is no list of pairs: a layer below ${layers}, a head below ${heads}`,
    );
  }
  if (new Set(named.map(String)).size < named.length) throw bad("alignment_heads has a head twice");
  const { alignment_offset_seconds: offset = 0 } = own;
  if (typeof offset !== "number" || !(Math.abs(offset) <= maxOffset)) {
    throw bad(`alignment_offset_seconds is no number from -${maxOffset} to ${maxOffset}`);
  }
  return { heads: named, offsetSeconds: offset };
}
