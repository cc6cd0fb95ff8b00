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
  const name = nameIn(layout, part!.name, source.tensor.isTimeCritical === true);
  if (source.tensor.kind !== "convolution") return { ...planned, parts: [{ ...part!, name }] };
  const shape = channelsFirst.map((axis) => part!.shape[axis]!);
  // What was to be moved lies as PyTorch has it already.
  const axes = conversion.axes === undefined ? channelsFirst : undefined;
  return { source, conversion: { ...conversion, axes }, parts: [{ ...part!, name, shape }] };
}

function nameIn(layout: Layout, name: string, isOfAligner: boolean): string {
  if (layout === "official") return `thinker.${name}`;
  if (isOfAligner && name.startsWith("lm_head.")) return name.replace("lm_head.", "score.");
  const [ours, theirs] = transformersPrefixes.find(([prefix]) => name.startsWith(prefix))!;
  return theirs + name.slice(ours.length);
}

/** The config.json of a layout, from that of MLX's. */
export function configIn(layout: Layout, config: Json): Json {
  if (layout === "mlx") return config;
  const nested = objectOf(config["thinker_config"]);
  if (layout === "official" && nested !== undefined) return config;
  const { architectures: _, model_type: __, thinker_config: ___, ...root } = config;
  if (layout === "official") return officialOf(config);
  const { classify_num: classes, ...thinker } = nested ?? root;
  const isAligner = classes !== undefined;
  const audio = objectOf(thinker["audio_config"]);
  const { rope_theta: theta, rope_scaling: ____, ...text } = objectOf(thinker["text_config"]) ?? {};
  return {
    ...root,
    ...thinker,
    architectures: [`Qwen3ASRFor${isAligner ? "TokenClassification" : "ConditionalGeneration"}`],
    ...(isAligner && { num_labels: classes }),
    // The one type of both.
    model_type: "qwen3_asr",
    audio_config: { ...audio, model_type: "qwen3_asr_encoder" },
    text_config: {
      ...text,
      model_type: "qwen3",
      rope_parameters: { rope_type: "default", rope_theta: theta },
    },
    tie_word_embeddings: text["tie_word_embeddings"],
  };
}

/** A configuration with the sizes at its top as the official package has them. */
function officialOf({ architectures, model_type: type, ...thinker }: Json): Json {
  if (thinker["classify_num"] === undefined) {
    return { architectures, model_type: type, thinker_config: thinker };
  }
  const { timestamp_token_id: id, timestamp_segment_time: segment, ...fields } = thinker;
  return {
    architectures,
    model_type: "qwen3_asr",
    timestamp_token_id: id,
    timestamp_segment_time: segment,
    thinker_config: { ...fields, model_type: "qwen3_forced_aligner" },
  };
}

/** The file that says how the mel is made, by its name; with the step of an aligner's classes. */
export function processorIn(layout: Layout, config: Json): [name: string, content: Json] {
  if (layout !== "transformers") return ["preprocessor_config.json", preprocessorConfig];
  const type = "Qwen3ASRFeatureExtractor";
  const { processor_class: processor, ...extractor } = preprocessorConfig;
  const own = { feature_extractor_type: type, min_length: 8000, n_window: 50 };
  return [
    "processor_config.json",
    {
      feature_extractor: { ...extractor, ...own },
      processor_class: processor,
      // Absent from the file for a recognizer.
      timestamp_segment_time: config["timestamp_segment_time"],
    },
  ];
}
