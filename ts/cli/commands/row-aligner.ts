import { defaultAligner } from "../../hub/names.ts";
import { modelOfThisMachine } from "../../hub/resolve.ts";
import type { Arguments } from "../flags/arguments.ts";

type Given = Pick<Arguments, "engine" | "settings">;

/** Whether the times of words in rows may be an aligner's. */
export function mayBeAligned({ settings: { words } }: Given): boolean {
  return words === "auto" || words === "aligner";
}

/**
 * The folder of the aligner that rows depend on: one that was asked for comes by `fetch`, and
 * `auto` takes one that is on this machine. Undefined where there is none, or attention tells.
 */
export async function rowAligner(
  given: Given,
  fetch: (name: string) => Promise<string | undefined>,
): Promise<string | undefined> {
  if (!mayBeAligned(given)) return undefined;
  const { aligner = defaultAligner, offline, cacheDir } = given.engine;
  const isAuto = given.settings.words === "auto";
  return await (isAuto ? modelOfThisMachine(aligner, { offline, cacheDir }) : fetch(aligner));
}
