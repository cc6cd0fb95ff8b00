/** What stands at the beginning of a name elsewhere, and here. The first that fits is taken. */
const prefixes = [
  // transformers 5, and the same without its outer module.
  ["model.audio_tower.", "audio_tower."],
  ["model.multi_modal_projector.linear_1.", "audio_tower.proj1."],
  ["model.multi_modal_projector.linear_2.", "audio_tower.proj2."],
  ["multi_modal_projector.linear_1.", "audio_tower.proj1."],
  ["multi_modal_projector.linear_2.", "audio_tower.proj2."],
  ["model.language_model.", "model."],
  ["language_model.", "model."],
  // The head of an aligner.
  ["score.", "lm_head."],
] as const;

/** The name of a tensor in any published layout as the official one without its `thinker.`. */
export function canonicalName(name: string): string {
  const inner = name.replace(/^thinker\./, "");
  const found = prefixes.find(([theirs]) => inner.startsWith(theirs));
  return found === undefined ? inner : found[1] + inner.slice(found[0].length);
}

/** What fine-tuned checkpoints hold beside a whole model, which runs without it. */
export type Addition = "lora" | "router";

/** What a tensor of a file is an addition of; undefined for one of the model. */
export function additionOf(name: string, file: string): Addition | undefined {
  if (file.startsWith("router")) return "router";
  const parts = name.toLowerCase().split(".");
  if (parts.some((part) => part.startsWith("lora_"))) return "lora";
  return parts.some((part) => /(?:^|_)router$/.test(part)) ? "router" : undefined;
}
