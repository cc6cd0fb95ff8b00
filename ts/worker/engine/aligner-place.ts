import { WordTableSource } from "../../align/tables/tables.ts";
import type { HubOptions, ModelOptions } from "../../contract/options.ts";
import { Aligner } from "../../engine/words/aligner.ts";
import type { AlignerPlace } from "../../engine/words/aligner-source.ts";
import { defaultAligner, parseModelName } from "../../hub/names.ts";
import { modelOfThisMachine, resolveModel } from "../../hub/resolve.ts";

/**
 * Where an engine gets its aligner: by a name like that of a model, by default the usual one.
 * Throws AsrError `usage` for a name that is none.
 */
export function alignerPlace(
  given: string | undefined,
  hub: HubOptions,
  options: ModelOptions,
): AlignerPlace {
  const name = given ?? defaultAligner;
  parseModelName(name);
  const tables = new WordTableSource(hub);
  return {
    name,
    isNamed: given !== undefined,
    isHere: async (signal) => (await modelOfThisMachine(name, { ...hub, signal })) !== undefined,
    open: async ({ signal, onProgress }) => {
      const folder = await resolveModel(name, { ...hub, kind: "aligner", signal, onProgress });
      onProgress?.({ phase: "load", done: 0, total: undefined });
      return await Aligner.open(folder, options);
    },
    tables: (language, context) => tables.of(language, context),
  };
}
