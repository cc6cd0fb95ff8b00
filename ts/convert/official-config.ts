import { type Json, objectOf } from "../checkpoint/json-file.ts";

/** What transformers 5 calls the sizes of the encoder, and their official names. */
const audioNames = new Map([
  ["hidden_size", "d_model"],
  ["num_hidden_layers", "encoder_layers"],
  ["num_attention_heads", "encoder_attention_heads"],
  ["intermediate_size", "encoder_ffn_dim"],
]);

/** What Mega-ASR has beside the model; a conversion leaves it behind. */
const additions = ["router_config", "router_weights", "lora_config", "lora_weights"];

/** What makes a model an aligner, wherever its files say it. */
interface AlignerFields {
  classes: number;
  /** Milliseconds from one class to the next. */
  segmentMs: unknown;
}

/** The id of `<timestamp>` where no file says it. */
const publishedTimestamp = 151_705;

/**
 * A config.json in the form that every reader of Qwen3-ASR knows: sizes under their official names,
 * `rope_theta` in `text_config`. What has this form already stays as it is.
 */
export function officialConfig(config: Json, aligner?: AlignerFields): Json {
  if (config["thinker_config"] !== undefined) return config;
  const audio = objectOf(config["audio_config"]);
  const text = objectOf(config["text_config"]);
  const rope = objectOf(text?.["rope_parameters"]);
  const isOfTransformers = rope !== undefined || audio?.["d_model"] === undefined;
  if (audio === undefined || text === undefined || !isOfTransformers)
    return withoutAdditions(config);
  const { architectures, model_type: type, transformers_version: version, ...rest } = config;
  const { rope_parameters: _, ...decoder } = text;
  const { num_labels: _num, id2label: _id, label2id: _label, ...fields } = rest;
  return {
    architectures,
    model_type: type,
    ...(aligner && {
      timestamp_token_id: config["timestamp_token_id"] ?? publishedTimestamp,
      timestamp_segment_time: aligner.segmentMs,
    }),
    thinker_config: {
      ...(aligner === undefined ? rest : { ...fields, classify_num: aligner.classes }),
      model_type: aligner === undefined ? type : "qwen3_forced_aligner",
      audio_config: { ...officialAudio(audio), model_type: "qwen3_asr_audio_encoder" },
      text_config: {
        ...decoder,
        model_type: "qwen3_asr_text",
        rope_theta: rope?.["rope_theta"] ?? text["rope_theta"],
        tie_word_embeddings: config["tie_word_embeddings"] ?? text["tie_word_embeddings"],
      },
    },
    transformers_version: version,
  };
}

/** What readers of the official layout look for the sizes of the mel in. */
export const preprocessorConfig: Json = {
  chunk_length: 30,
  dither: 0,
  feature_extractor_type: "WhisperFeatureExtractor",
  feature_size: 128,
  hop_length: 160,
  n_fft: 400,
  n_samples: 480_000,
  nb_max_frames: 3000,
  padding_side: "right",
  padding_value: 0,
  processor_class: "Qwen3ASRProcessor",
  return_attention_mask: true,
  sampling_rate: 16_000,
};

function officialAudio(audio: Json): Json {
  const named = Object.entries(audio).map(([name, value]) => [audioNames.get(name) ?? name, value]);
  // An official name goes before the other one of the same size.
  return { ...Object.fromEntries(named), ...audio };
}

function withoutAdditions(config: Json): Json {
  if (config["model_type"] !== "mega_asr") return config;
  const kept = Object.entries(config).filter(([name]) => !additions.includes(name));
  return { ...Object.fromEntries(kept), model_type: "qwen3_asr" };
}
