import type { ModelFolder } from "./folder.ts";
import type { Addition } from "./tensor-names.ts";

const names: Readonly<Record<Addition, string>> = {
  lora: "LoRA changes that are not merged",
  router: "a router",
};

/** What an open checkpoint tells of itself. */
interface OpenCheckpoint {
  /** Tensors that the model runs without. */
  ignoredTensors: Readonly<Partial<Record<Addition, number>>>;
  /** Quantized modules by their bits. */
  quantizedModules: Readonly<Record<string, number>>;
  /** Classes of an aligner's head; 0 for a recognizer. */
  classes: number;
}

/** Bits below which the times of an aligner drift. */
const alignerBits = 6;

/** What a person should know about a checkpoint that runs. */
export function notesOf(folder: ModelFolder, open: OpenCheckpoint): string[] {
  return [...ignoredNotes(folder, open.ignoredTensors), ...driftNotes(folder, open)];
}

function driftNotes({ path }: ModelFolder, { classes, quantizedModules }: OpenCheckpoint) {
  const few = Object.keys(quantizedModules).filter((bits) => Number(bits) < alignerBits);
  if (classes === 0 || few.length === 0) return [];
  const bits = few.join(" and ");
  return [`${path}: an aligner of ${bits} bits, whose times may drift; take aligner, of 8`];
}

function ignoredNotes(
  { path, config }: ModelFolder,
  ignored: OpenCheckpoint["ignoredTensors"],
): string[] {
  const parts = (["router", "lora"] as const).filter((part) => (ignored[part] ?? 0) > 0);
  // Mega-ASR has them in a folder of their own.
  const found =
    parts.length === 0 && config["model_type"] === "mega_asr"
      ? (["router", "lora"] as const)
      : parts;
  if (found.length === 0) return [];
  const what = found.map((part) => names[part]).join(" and ");
  return [`${path}: ${what}: not used; the model itself runs`];
}
