import { join } from "node:path";
import type { ChunkOptions } from "../../audio/chunker.ts";
import { defaultChunkSeconds } from "../../contract/defaults.ts";
import { AsrError } from "../../contract/errors.ts";
import type { RecordingSettings } from "../../contract/options.ts";

/** Speakers pause for breath and thought, but seldom for so long, in seconds. */
const defaultPauseSeconds = 2;

/**
 * How a checkpoint wants recordings to be cut, from its config.json: `"bun_asr": {"chunk_seconds":
 * 8, "pause_seconds": 0.3}`. For models that were trained on short clips.
 */
export async function chunkingOf(folder: string): Promise<Partial<ChunkOptions>> {
  const path = join(folder, "config.json");
  const { bun_asr: hints } = await Bun.file(path).json();
  if (hints === undefined) return {};
  const seconds = (name: string, least: number, most: number): number | undefined => {
    const value: unknown = hints?.[name];
    if (value === undefined) return undefined;
    if (typeof value === "number" && value >= least && value <= most) return value;
    throw new AsrError("model", `${path}: bun_asr.${name} is not a number of seconds`);
  };
  const chunkSeconds = seconds("chunk_seconds", 1, 1200);
  const pauseSeconds = seconds("pause_seconds", 0.2, 60);
  return {
    ...(chunkSeconds === undefined ? {} : { chunkSeconds }),
    ...(pauseSeconds === undefined ? {} : { pauseSeconds }),
  };
}

/** Where to cut: as the caller says, else as the checkpoint does, else as suits most. */
export function chunkOptions(
  checkpoint: Partial<ChunkOptions>,
  { chunkSeconds, pauseSeconds, vad }: RecordingSettings,
): ChunkOptions {
  const otherwise = vad ? defaultPauseSeconds : Number.POSITIVE_INFINITY;
  const wanted = pauseSeconds ?? checkpoint.pauseSeconds ?? otherwise;
  return {
    chunkSeconds: chunkSeconds ?? checkpoint.chunkSeconds ?? defaultChunkSeconds,
    pauseSeconds: vad === false ? Number.POSITIVE_INFINITY : wanted,
  };
}
