import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ModelFolder } from "../../checkpoint/folder.ts";
import { languageCode } from "../../contract/languages.ts";
import type { LoadOptions } from "../../contract/options.ts";
import { resolveModel } from "../../hub/resolve.ts";
import type { Recognizer } from "../service/models.ts";

/** A model that lies on this machine, not open yet. */
export interface ReadyModel {
  /** What it will take of the memory, as far as its files tell. */
  bytes: number;
  /** Codes of the languages that it says it knows; undefined where it says nothing. */
  languages?: readonly string[] | undefined;
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
    const path = await resolveModel(model, { offline, cacheDir, onProgress, signal });
    const folder = ModelFolder.open(path);
    return {
      bytes: await weightBytes(folder),
      languages: languagesOf(folder),
      open: async () => await load(path, { ...options, signal }),
    };
  };
}

/** Weights lie in memory as in their files; what is computed with them comes on top. */
async function weightBytes({ path, weights }: ModelFolder): Promise<number> {
  const files = await Promise.all(weights.map(async (name) => await stat(join(path, name))));
  return files.reduce((sum, { size }) => sum + size, 0);
}

/** Of the languages that every model of the family has names for, those of this checkpoint. */
function languagesOf({ config }: ModelFolder): string[] | undefined {
  const { support_languages: names } = config;
  if (!Array.isArray(names)) return undefined;
  const codes = names.flatMap((name) => languageCode(String(name)) ?? []);
  return codes.length > 0 ? codes : undefined;
}
