import type { ChunkOptions } from "../../audio/speech/chunker.ts";
import type { Json } from "../../checkpoint/json-file.ts";
import { AsrError } from "../../contract/errors.ts";
import { expected } from "../../contract/option-kinds.ts";
import { optionTable } from "../../contract/option-table.ts";
import type { RecordingSettings } from "../../contract/options.ts";

/**
 * How a checkpoint wants recordings to be cut, from the hints in its config.json, at `path`:
 * `"bun_asr": {"chunk_seconds": 8, "pause_seconds": 0.3}`. For models that were trained on short
 * clips.
 */
export function chunkingOf(hints: Json, path: string): Partial<ChunkOptions> {
  const chunking: Partial<ChunkOptions> = {};
  for (const [key, name] of hintNames) {
    const value = hints[key];
    if (value === undefined) continue;
    if (typeof value !== "number" || expected(optionTable[name].kind, value) !== undefined) {
      throw new AsrError("model", `${path}: bun_asr.${key} is not a number of seconds`);
    }
    chunking[name] = value;
  }
  return chunking;
}

/** What config.json calls the options of which a checkpoint may say its own defaults. */
const hintNames = [
  ["chunk_seconds", "chunkSeconds"],
  ["pause_seconds", "pauseSeconds"],
] as const;

/** A pause in a channel so long, in seconds, leaves the word to another one. */
const turnPauseSeconds = 1;

/**
 * Where to cut: as the caller says, else as the checkpoint does, else as suits most. Channels that
 * are heard each on its own are cut at pauses, so that turns become chunks.
 */
export function chunkOptions(
  checkpoint: Partial<ChunkOptions>,
  {
    chunkSeconds,
    pauseSeconds,
    vad,
    channel,
  }: Pick<RecordingSettings, keyof ChunkOptions | "vad" | "channel">,
): ChunkOptions {
  const without = channel === "each" ? turnPauseSeconds : Number.POSITIVE_INFINITY;
  const otherwise = vad ? optionTable.pauseSeconds.default : without;
  const wanted = pauseSeconds ?? checkpoint.pauseSeconds ?? otherwise;
  return {
    chunkSeconds: chunkSeconds ?? checkpoint.chunkSeconds ?? optionTable.chunkSeconds.default,
    pauseSeconds: vad === false ? Number.POSITIVE_INFINITY : wanted,
  };
}
