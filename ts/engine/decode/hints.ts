import { join } from "node:path";
import type { ChunkOptions } from "../../audio/speech/chunker.ts";
import { objectOf, readJsonObject } from "../../checkpoint/json-file.ts";
import { chunkingOf } from "./chunking.ts";
import { lowConfidenceOf } from "./confidence.ts";

/** What a checkpoint says of how it is to be used. */
export interface CheckpointHints {
  /** How it wants recordings to be cut. */
  chunking: Partial<ChunkOptions>;
  /** Mean log-probability below which a segment of it is unsure. */
  lowConfidence: number;
}

/** The hints below `bun_asr` in a checkpoint's config.json, which other programs do not see. */
export function hintsOf(folder: string): CheckpointHints {
  const path = join(folder, "config.json");
  const hints = objectOf(readJsonObject(path)["bun_asr"]) ?? {};
  return { chunking: chunkingOf(hints, path), lowConfidence: lowConfidenceOf(hints, path) };
}
