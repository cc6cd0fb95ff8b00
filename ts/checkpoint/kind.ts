import type { ModelFolder } from "./folder.ts";
import { objectOf } from "./json-file.ts";
import { canonicalName } from "./tensor-names.ts";

/**
 * What a checkpoint is for. A recognizer writes what is said; an aligner, the same network with a
 * head of classes of time, finds when each word of a known text is said.
 */
export type CheckpointKind = "recognizer" | "aligner";

/** What a checkpoint is wanted for. */
export type WantedKind = CheckpointKind | "any";

/** What to take in the place of another model. */
export const instead: Readonly<Record<WantedKind, string>> = {
  recognizer: "0.6b, 1.7b or another Qwen3-ASR checkpoint",
  aligner: "aligner or another Qwen3-ForcedAligner checkpoint",
  any: "0.6b, 1.7b, aligner or another Qwen3-ASR checkpoint",
};

/** What to take in the place of a folder that is none. */
export const folders: Readonly<Record<WantedKind, string>> = {
  recognizer: "use `demo` or the folder of a Qwen3-ASR checkpoint",
  aligner: "use `aligner` or the folder of a Qwen3-ForcedAligner checkpoint",
  any: "use `demo`, `aligner` or the folder of a checkpoint of either",
};

/** The kind of a checkpoint: its head says it, in config.json or in its tensors, never a name. */
export function kindOf(folder: ModelFolder): CheckpointKind {
  const { config, thinker } = folder;
  const types = [thinker["model_type"], config["model_type"], ...[config["architectures"]].flat()];
  const isNamed = types.some((name) => /forced_?aligner|TokenClassification/i.test(String(name)));
  return isNamed || classesOf(folder) !== undefined || hasClassifier(folder)
    ? "aligner"
    : "recognizer";
}

/**
 * How many classes of time config.json gives to the head; undefined when it says nothing of them.
 * transformers writes the label of each class, of which every model has two by default.
 */
export function classesOf({ config, thinker }: ModelFolder): number | undefined {
  const named = [thinker["classify_num"], config["classify_num"], config["num_labels"]];
  const labels = Object.keys(objectOf(config["id2label"]) ?? {}).length;
  return [...named, labels].map(Number).find((classes) => classes > 2);
}

/** The head gives classes of time in place of the words of the vocabulary. */
function hasClassifier(folder: ModelFolder): boolean {
  const words = Number(objectOf(folder.thinker["text_config"])?.["vocab_size"]);
  return folder.headers.some(({ tensors }) =>
    [...tensors].some(([name, { shape }]) => {
      if (/^score\./.test(name)) return true;
      return canonicalName(name) === "lm_head.weight" && shape[0]! < words;
    }),
  );
}
