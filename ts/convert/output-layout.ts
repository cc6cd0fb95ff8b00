import { type Json, objectOf } from "../checkpoint/json-file.ts";
import { preprocessorConfig } from "./official-config.ts";
import type { PlannedTensor } from "./plan.ts";

/** How a result is laid out: as MLX, the official package or transformers 5 reads it. */
export type Layout = "mlx" | "official" | "transformers";

/** The beginnings of names without a prefix, and those of transformers 5. */
const transformersPrefixes = [
  ["audio_tower.proj1.", "model.multi_modal_projector.linear_1."],
  ["audio_tower.proj2.", "model.multi_modal_projector.linear_2."],
  ["audio_tower.", "model.audio_tower."],
  ["model.", "model.language_model."],
  ["lm_head.", "lm_head."],
] as const;

/** MLX's [outputs, height, width, inputs] in PyTorch's order. */
const channelsFirst = [0, 3, 1, 2];

/** A float tensor as a layout has it: its name, and the axes of a convolution. */
export function inLayout(planned: PlannedTensor, layout: Layout): PlannedTensor {
  if (layout === "mlx") return planned;
  const { source, conversion } = planned;
  const [part] = planned.parts;
  const name = nameIn(layout, part!.name);
  if (source.tensor.kind !== "convolution") return { ...planned, parts: [{ ...part!, name }] };
  const shape = channelsFirst.map((axis) => part!.shape[axis]!);
  // What was to be moved lies as PyTorch has it already.
  const axes = conversion.axes === undefined ? channelsFirst : undefined;
  return { source, conversion: { ...conversion, axes }, parts: [{ ...part!, name, shape }] };
}

function nameIn(layout: Layout, name: string): string {
  if (layout === "official") return `thinker.${name}`;
  const [ours, theirs] = transformersPrefixes.find(([prefix]) => name.startsWith(prefix))!;
  return theirs + name.slice(ours.length);
}

/** The config.json of a layout, from that of MLX's. */
export function configIn(layout: Layout, config: Json): Json {
  if (layout === "mlx") return config;
  const nested = objectOf(config["thinker_config"]);
  if (layout === "official" && nested !== undefined) return config;
  const { architectures, model_type: type, thinker_config: _, ...root } = config;
  const thinker = nested ?? root;
  if (layout === "official") return { architectures, model_type: type, thinker_config: thinker };
  const audio = objectOf(thinker["audio_config"]);
  const { rope_theta: theta, rope_scaling: __, ...text } = objectOf(thinker["text_config"]) ?? {};
  return {
    ...root,
    ...thinker,
    architectures: ["Qwen3ASRForConditionalGeneration"],
    model_type: type,
    audio_config: { ...audio, model_type: "qwen3_asr_encoder" },
    text_config: {
      ...text,
      model_type: "qwen3",
      rope_parameters: { rope_type: "default", rope_theta: theta },
    },
    tie_word_embeddings: text["tie_word_embeddings"],
  };
}

/** The file that says how the mel is made, by its name. */
export function processorIn(layout: Layout): [name: string, content: Json] {
  if (layout !== "transformers") return ["preprocessor_config.json", preprocessorConfig];
  const type = "Qwen3ASRFeatureExtractor";
  const { processor_class: processor, ...extractor } = preprocessorConfig;
  const own = { feature_extractor_type: type, min_length: 8000, n_window: 50 };
  return [
    "processor_config.json",
    { feature_extractor: { ...extractor, ...own }, processor_class: processor },
  ];
}
