import type { ModelFolder } from "./folder.ts";
import type { Addition } from "./tensor-names.ts";

const names: Readonly<Record<Addition, string>> = {
  lora: "LoRA changes that are not merged",
  router: "a router",
};

/**
 * What a person should know about a checkpoint that runs. `ignored` counts the tensors that the
 * model runs without.
 */
export function notesOf(
  { path, config }: ModelFolder,
  ignored: Readonly<Partial<Record<Addition, number>>>,
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
