import { AsrError } from "../contract/errors.ts";
import type { ModelSizes } from "./layout.ts";

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** What a conversion needs of config.json. */
export interface ModelConfig {
  /** The file as it is. */
  json: Json;
  sizes: ModelSizes;
  /** Whether the head is the embedding again; undefined when the file does not say. */
  isHeadTied: boolean | undefined;
}

/** Larger than any published model, small enough that products of two are exact. */
const maxSize = 4_194_304;
const maxLayers = 512;

/**
 * Reads the text of the config.json of Qwen3-ASR: the sizes lie under `thinker_config`, or at the
 * top in some conversions. Throws AsrError `model`.
 */
export function parseModelConfig(content: string, path: string): ModelConfig {
  const bad = (why: string, hint?: string) => new AsrError("model", `${path}: ${why}`, hint);
  const json = parse(content);
  if (json === undefined) throw bad("not a JSON object", "download the checkpoint again");
  if (json["quantization"] !== undefined || json["quantization_config"] !== undefined) {
    throw bad("this checkpoint is quantized already", "convert the official one");
  }
  const thinker = object(json["thinker_config"]) ?? json;
  const section = (name: string) => {
    const found = object(thinker[name]);
    if (found === undefined) throw bad(`${name} is missing`, "is this a Qwen3-ASR checkpoint?");
    return (key: string, most = maxSize) => {
      const value = found[key];
      if (typeof value === "number" && Number.isInteger(value) && value > 0 && value <= most) {
        return value;
      }
      throw bad(`${name}.${key} is ${JSON.stringify(value)}, expected 1 to ${most}`);
    };
  };
  const audio = section("audio_config");
  const text = section("text_config");
  const tied = object(thinker["text_config"])?.["tie_word_embeddings"];
  return {
    json,
    sizes: {
      audio: {
        width: audio("d_model"),
        layers: audio("encoder_layers", maxLayers),
        inner: audio("encoder_ffn_dim"),
        channels: audio("downsample_hidden_size"),
        mels: audio("num_mel_bins"),
      },
      text: {
        hidden: text("hidden_size"),
        layers: text("num_hidden_layers", maxLayers),
        heads: text("num_attention_heads"),
        keyHeads: text("num_key_value_heads"),
        headWidth: text("head_dim"),
        inner: text("intermediate_size"),
        vocabulary: text("vocab_size"),
      },
    },
    isHeadTied: typeof tied === "boolean" ? tied : undefined,
  };
}

function parse(content: string): Json | undefined {
  try {
    return object(JSON.parse(content));
  } catch {
    return undefined;
  }
}

function object(value: unknown): Json | undefined {
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
