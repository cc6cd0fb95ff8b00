import { afterAll, describe, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CheckpointFolders, source, whole } from "../testing/checkpoint.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { writeSafetensors } from "../testing/safetensors.ts";
import { checkedFolder } from "./check.ts";

// A field that asks for another computation is told by its name, not passed over.

const folders = new CheckpointFolders();
afterAll(() => folders[Symbol.dispose]());

const config = JSON.parse(readFileSync(join(source, "config.json"), "utf8"));
const good = writeSafetensors(whole);

/** A checkpoint with these fields in a section of config.json, or in another file. */
function withFields(section: string, fields: object): string {
  const changed = structuredClone(config);
  const files: Record<string, string | Uint8Array> = { "model.safetensors": good };
  if (section.endsWith(".json")) files[section] = JSON.stringify(fields);
  else Object.assign(changed.thinker_config[section], fields);
  return folders.with({ ...files, "config.json": JSON.stringify(changed) });
}

describe("refused", () => {
  const cases: [string, string, object][] = [
    ["hidden_act", "text_config", { hidden_act: "relu" }],
    ["attention_bias", "text_config", { attention_bias: true }],
    ["use_sliding_window", "text_config", { use_sliding_window: true }],
    ["rope_scaling.rope_type", "text_config", { rope_scaling: { rope_type: "yarn", factor: 4 } }],
    ["rope_scaling.factor", "text_config", { rope_scaling: { factor: 2 } }],
    ["rope_parameters.rope_type", "text_config", { rope_parameters: { rope_type: "linear" } }],
    ["layer_types", "text_config", { layer_types: ["full_attention", "sliding_attention"] }],
    ["model_type", "text_config", { model_type: "llama" }],
    ["model_type", "audio_config", { model_type: "whisper_encoder" }],
    ["activation_function", "audio_config", { activation_function: "gelu_new" }],
    ["scale_embedding", "audio_config", { scale_embedding: true }],
    ["feature_size", "preprocessor_config.json", { feature_size: 80 }],
    ["n_fft", "preprocessor_config.json", { n_fft: 512 }],
    ["dither", "preprocessor_config.json", { dither: 0.1 }],
    ["sampling_rate", "processor_config.json", { feature_extractor: { sampling_rate: 8000 } }],
  ];
  test.each(cases)("%s in %s", (name, section, fields) =>
    expectAsrError(() => checkedFolder(withFields(section, fields)), "model", name, "computed"),
  );
});

describe("taken", () => {
  const cases: [string, object][] = [
    ["text_config", { rope_scaling: null, hidden_act: "silu", sliding_window: 4096 }],
    ["text_config", { rope_scaling: { type: "mrope", mrope_section: [12, 10, 10] } }],
    ["text_config", { layer_types: ["full_attention", "full_attention"], dtype: "float32" }],
    ["text_config", { model_type: "qwen3", rope_parameters: { rope_theta: 1e6 } }],
    ["audio_config", { model_type: "qwen3_asr_encoder", max_position_embeddings: 13 }],
    ["preprocessor_config.json", { feature_extractor_type: "Qwen3ASRFeatureExtractor" }],
  ];
  test.each(cases)("%s %j", (section, fields) => {
    checkedFolder(withFields(section, fields));
  });
});
