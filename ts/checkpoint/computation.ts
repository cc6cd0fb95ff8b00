import type { ModelFolder } from "./folder.ts";
import { type Json, objectOf } from "./json-file.ts";

/** Fields with the values for which they say what is computed here; absent or null is fine, too. */
type Table = Readonly<Record<string, readonly unknown[]>>;

const audioFields: Table = {
  model_type: ["qwen3_asr_audio_encoder", "qwen3_asr_encoder"],
  activation_function: ["gelu"],
  scale_embedding: [false],
};

const textFields: Table = {
  model_type: ["qwen3_asr_text", "qwen3"],
  hidden_act: ["silu", "swish"],
  attention_bias: [false],
  use_sliding_window: [false],
  partial_rotary_factor: [1],
};

// With the same position on all its axes, the multi-axis rotation is the plain one.
const ropeFields: Table = {
  type: ["default", "mrope"],
  rope_type: ["default", "mrope"],
  factor: [1],
  partial_rotary_factor: [1],
};

const preprocessorFields: Table = {
  feature_extractor_type: ["WhisperFeatureExtractor", "Qwen3ASRFeatureExtractor"],
  feature_size: [128],
  sampling_rate: [16_000],
  hop_length: [160],
  n_fft: [400],
  dither: [0],
  padding_value: [0],
  do_normalize: [false],
};

/**
 * A field that asks for another computation than the one that is done here, with its value, as a
 * sentence; undefined when all is as it should be.
 */
export function otherComputation(folder: ModelFolder): string | undefined {
  const { thinker } = folder;
  const prefix = thinker === folder.config ? "" : "thinker_config.";
  const text = objectOf(thinker["text_config"]) ?? {};
  const decoder = `config.json: ${prefix}text_config`;
  const layers = [text["layer_types"] ?? []].flat();
  return (
    differing(`config.json: ${prefix}audio_config`, thinker["audio_config"], audioFields) ??
    differing(decoder, text, textFields) ??
    differing(`${decoder}.rope_scaling`, text["rope_scaling"], ropeFields) ??
    differing(`${decoder}.rope_parameters`, text["rope_parameters"], ropeFields) ??
    differing(decoder, { layer_types: other(layers, "full_attention") }, { layer_types: [] }) ??
    preprocessing(folder)
  );
}

function preprocessing(folder: ModelFolder): string | undefined {
  const name = "processor_config.json";
  const nested = folder.json(name)?.["feature_extractor"];
  return (
    differing(
      "preprocessor_config.json:",
      folder.json("preprocessor_config.json"),
      preprocessorFields,
    ) ?? differing(`${name}: feature_extractor`, nested, preprocessorFields)
  );
}

/** The first of `values` that is another one. */
function other(values: readonly unknown[], usual: unknown): unknown {
  return values.find((value) => value !== usual);
}

function differing(where: string, values: unknown, table: Table): string | undefined {
  const fields: Json = objectOf(values) ?? {};
  for (const [name, allowed] of Object.entries(table)) {
    const value = fields[name] ?? undefined;
    if (value === undefined || allowed.includes(value)) continue;
    const path = where.endsWith(":") ? `${where} ${name}` : `${where}.${name}`;
    return `${path} is ${JSON.stringify(value)}, which is not computed here`;
  }
  return undefined;
}
