import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ModelFolder } from "../../checkpoint/folder.ts";
import type { LoadOptions } from "../../contract/options.ts";
import { resolveModel } from "../../hub/resolve.ts";
import type { Recognizer } from "../service/models.ts";

/** A model that lies on this machine, not open yet. */
export interface ReadyModel {
  /** What it will take of the memory, as far as its files tell. */
  bytes: number;
  open(): Promise<Recognizer>;
}

/** Gets a model ready to be opened: fetches what is not here yet. */
export type Opener = (model: string, signal: AbortSignal) => Promise<ReadyModel>;

/** Opens checkpoints by what is given: `Asr.load`. */
export function checkpointOpener(
  load: (folder: string, options: LoadOptions) => Promise<Recognizer>,
  options: LoadOptions = {},
): Opener {
  return async (model, signal) => {
    const { offline, cacheDir, onProgress } = options;
    const folder = await resolveModel(model, { offline, cacheDir, onProgress, signal });
    return {
      bytes: await weightBytes(folder),
      open: async () => await load(folder, { ...options, signal }),
    };
  };
}

/** Weights lie in memory as in their files; what is computed with them comes on top. */
async function weightBytes(folder: string): Promise<number> {
  const { path, weights } = ModelFolder.open(folder);
  const files = await Promise.all(weights.map(async (name) => await stat(join(path, name))));
  return files.reduce((sum, { size }) => sum + size, 0);
}
