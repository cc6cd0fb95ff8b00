import type { ModelFolder } from "../checkpoint/folder.ts";
import { type Json, objectOf } from "../checkpoint/json-file.ts";
import { classesOf } from "../checkpoint/kind.ts";
import { AsrError } from "../contract/errors.ts";
import type { ModelSizes } from "./layout.ts";
import { officialConfig } from "./official-config.ts";

/** What a conversion needs of config.json. */
export interface ModelConfig {
  /** The file as the official layout has it. */
  json: Json;
  sizes: ModelSizes;
  /** Whether the head is the embedding again; undefined when the file does not say. */
  isHeadTied: boolean | undefined;
}

/** Larger than any published model, small enough that products of two are exact. */
const maxSize = 4_194_304;
const maxLayers = 512;

/** Reads the config.json of a Qwen3-ASR checkpoint in any layout. Throws AsrError `model`. */
export function readModelConfig(folder: ModelFolder): ModelConfig {
  const bad = (why: string, hint?: string) =>
    new AsrError("model", `${folder.path}/config.json: ${why}`, hint);
  const { config } = folder;
  if (config["quantization"] !== undefined || config["quantization_config"] !== undefined) {
    throw bad(
      "this checkpoint is quantized already",
      "convert the float one that it was made from",
    );
  }
  const classes = classesOf(folder);
  const json = officialConfig(
    config,
    classes === undefined ? undefined : { classes, segmentMs: segmentMsOf(folder) },
  );
  const thinker = objectOf(json["thinker_config"]) ?? json;
  const section = (name: string) => {
    const found = objectOf(thinker[name]);
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
  const tied = objectOf(thinker["text_config"])?.["tie_word_embeddings"];
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
      classes,
    },
    isHeadTied: typeof tied === "boolean" ? tied : undefined,
  };
}

/** Milliseconds from one class of an aligner to the next; transformers keeps it apart. */
function segmentMsOf(folder: ModelFolder): unknown {
  const { config, thinker } = folder;
  const places = [config, thinker, folder.json("processor_config.json") ?? {}];
  const name = "timestamp_segment_time";
  return places.map((fields) => fields[name]).find((value) => value !== undefined) ?? 80;
}
