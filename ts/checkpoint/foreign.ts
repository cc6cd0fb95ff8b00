import type { ModelFolder } from "./folder.ts";
import { absentPart, pointer } from "./incomplete.ts";
import { objectOf } from "./json-file.ts";
import { instead, type WantedKind } from "./kind.ts";

/** Something that a folder can be in place of a checkpoint that is run here. */
interface Foreign {
  /** What it is, as the end of a sentence; undefined when it is something else. */
  what(folder: ModelFolder): string | undefined;
  /** The nearest thing that works. */
  instead(folder: ModelFolder, wanted: WantedKind): string;
}

/** The short name of the model of the same size. */
function sameSize(folder: ModelFolder, wanted: WantedKind): string {
  if (wanted === "aligner") return "aligner";
  const text = objectOf(folder.thinkerIfAny["text_config"]);
  return Number(text?.["hidden_size"]) >= 2048 ? "1.7b" : "0.6b";
}

const original = (folder: ModelFolder, wanted: WantedKind) => {
  const name = sameSize(folder, wanted);
  return `take ${name} or ${name}-8bit, or convert the original safetensors`;
};

const anotherModel = (_: ModelFolder, wanted: WantedKind) => `take ${instead[wanted]}`;

const streamingModel = (_: ModelFolder, wanted: WantedKind) =>
  wanted === "aligner" ? "take aligner" : "take 0.6b, which streams, too";

/** Formats of weights by the ends of their files; they count where there are no safetensors. */
const formats: readonly [RegExp, string][] = [
  [/\.gguf$/i, "GGUF, for llama.cpp and the like"],
  [/\.onnx(?:_data)?$/i, "ONNX"],
  [/\.pte$/i, "ExecuTorch"],
  [/\.mnn$/i, "MNN"],
  [/\.(?:mlmodelc|mlpackage|mlmodel)$/i, "Core ML"],
  [/^openvino_.*\.(?:xml|bin)$/i, "OpenVINO"],
  [/\.(?:engine|plan)$/i, "TensorRT"],
  [/\.tflite$/i, "TensorFlow Lite"],
  [/\.nemo$/i, "NeMo"],
  [/\.npz$/i, "MLX's old .npz"],
  [/^ggml-.*\.bin$/i, "GGML, for whisper.cpp"],
  [/^model\.bin$/i, "CTranslate2, for faster-whisper"],
  [/\.(?:bin|pt|pth|ckpt)$/i, "PyTorch pickles, which could run programs"],
];

/** The format of weights that a file's name shows; undefined for others. */
export function formatOf(name: string): string | undefined {
  return formats.find(([end]) => end.test(name))?.[1];
}

/** Quantizers of transformers that are not MLX's, as people write them. */
const quantizers: Readonly<Record<string, string>> = {
  awq: "AWQ",
  gptq: "GPTQ",
  exl2: "EXL2",
  exl3: "EXL3",
  fp8: "FP8",
  modelopt: "ModelOpt",
  bitsandbytes: "bitsandbytes",
  "compressed-tensors": "compressed-tensors",
};

/** Tensors that only one quantizer writes, for checkpoints whose configuration is silent. */
const quantizedTensors: readonly [RegExp, string][] = [
  [/\.quint5_q$/, "Phonon-1 pack"],
  [/\.trellis$/, "EXL3"],
  [/\.(?:qweight|qzeros)$/, "GPTQ or AWQ"],
  [/\.weight_scale(?:_inv|_2)?$/, "FP8 or FP4"],
  [/\.(?:absmax|quant_state.*)$/, "bitsandbytes"],
];

/** Architectures that people mistake for this one, by `model_type`. */
const architectures: Readonly<Record<string, string>> = {
  whisper: "Whisper",
  qwen2_audio: "Qwen2-Audio",
  qwen2_5_omni: "Qwen2.5-Omni",
  qwen3_omni_moe: "Qwen3-Omni",
  qwen3: "Qwen3, which hears nothing",
  qwen3_tts: "Qwen3-TTS, which speaks",
  voxtral: "Voxtral",
  wav2vec2: "wav2vec 2.0",
  moonshine: "Moonshine",
  parakeet_ctc: "Parakeet",
  granite_speech: "Granite Speech",
  phonon: "Phonon-1",
};

/** `mega_asr` is Qwen3-ASR with something beside it, and the aligner has another head. */
const ownTypes: readonly unknown[] = [undefined, "qwen3_asr", "mega_asr", "qwen3_forced_aligner"];

/** What is not run here and shows in the files, in the order in which it is looked for. */
export const foreignFiles: readonly Foreign[] = [
  { what: pointer, instead: () => "fetch the file itself: git lfs pull" },
  { what: adapter, instead: mergedOr },
  {
    what: (folder) => (folder.has("packed_manifest.json") ? "is a Phonon-1 pack" : undefined),
    instead: original,
  },
  { what: otherFormat, instead: original },
  { what: absentPart, instead: () => "fetch it again" },
  { what: towerAlone, instead: streamingModel },
];

/** What is not run here and shows in config.json and in the tensors. */
export const foreignModels: readonly Foreign[] = [
  { what: otherArchitecture, instead: anotherModel },
  { what: streamingTower, instead: streamingModel },
  { what: otherMode, instead: original },
  { what: otherQuantizer, instead: original },
  { what: unmerged, instead: () => "merge it with PEFT's merge_and_unload and save it again" },
];

function adapter(folder: ModelFolder): string | undefined {
  if (!folder.has("adapter_config.json")) return undefined;
  if (folder.weights.some((name) => !/adapter|lora/i.test(name))) return undefined;
  const base = baseOf(folder);
  const kind = folder.json("adapter_config.json")?.["peft_type"] ?? "LoRA";
  const name = String(kind) === "LORA" ? "LoRA" : String(kind);
  return `is a ${name} adapter${base === undefined ? "" : ` of ${base}`}, not a model`;
}

/** The model that an adapter changes, as PEFT or mlx-lm names it. */
function baseOf(folder: ModelFolder): string | undefined {
  const settings = folder.json("adapter_config.json") ?? {};
  const base = settings["base_model_name_or_path"] ?? settings["model"];
  return typeof base === "string" && base !== "" ? base : undefined;
}

function mergedOr(folder: ModelFolder): string {
  const base = baseOf(folder) ?? "0.6b or 1.7b";
  return `merge it with PEFT's merge_and_unload, or take its base: ${base}`;
}

function otherFormat(folder: ModelFolder): string | undefined {
  if (folder.weights.length > 0) return undefined;
  const format = folder.names.map(formatOf).find((found) => found !== undefined);
  return format && `has its weights as ${format}; only safetensors are read`;
}

function otherArchitecture({ config }: ModelFolder): string | undefined {
  const type = config["model_type"];
  if (ownTypes.includes(type)) return undefined;
  const name = architectures[String(type)];
  const shown = `model_type ${JSON.stringify(type)}`;
  return name === undefined
    ? `is another architecture (${shown})`
    : `is ${name} (${shown}), not Qwen3-ASR`;
}

function towerAlone(folder: ModelFolder): string | undefined {
  const isTower = folder.hasTensor(/(?:^|\.)conv2d1\.weight$/);
  // A shard may well hold the tower and no embedding.
  if (!isTower || folder.hasTensor(/embed_tokens\.|\.self_attn\.q_norm\./)) return undefined;
  return "is an audio tower without a decoder, as for causal streaming";
}

/** An encoder trained to hear only what came before: the same tensors, another computation. */
function streamingTower({ config, thinker }: ModelFolder): string | undefined {
  const fields = [config, thinker, objectOf(thinker["audio_config"]) ?? {}];
  const marks = fields.flatMap(Object.entries).filter(([key]) => /causal|qwen_audio_/i.test(key));
  const mark = marks.find(([, value]) => value !== false && value !== null);
  return mark && `has an audio tower for causal streaming (${mark[0]}), which computes otherwise`;
}

/** PEFT puts a module in another one around its weights. */
function unmerged(folder: ModelFolder): string | undefined {
  return folder.hasTensor(/\.base_layer\./) ? "was saved with its LoRA not merged" : undefined;
}

function otherMode({ config }: ModelFolder): string | undefined {
  for (const key of ["quantization", "quantization_config"]) {
    const entry = objectOf(config[key]) ?? {};
    for (const settings of [entry, ...Object.values(entry)]) {
      const mode = objectOf(settings)?.["mode"] ?? "affine";
      if (mode !== "affine") return `is quantized as ${String(mode)}; only affine is read`;
    }
  }
  return undefined;
}

function otherQuantizer(folder: ModelFolder): string | undefined {
  const { config } = folder;
  const settings =
    objectOf(config["quantization_config"]) ?? folder.json("hf_quant_config.json") ?? {};
  const producer = objectOf(settings["producer"])?.["name"];
  const method = settings["quant_method"] ?? producer;
  const marked = folder.headers.some(({ metadata }) => metadata["quickasr_format"] !== undefined);
  const name = marked
    ? "quickasr"
    : method !== undefined
      ? (quantizers[String(method)] ?? String(method))
      : quantizedTensors.find(([pattern]) => folder.hasTensor(pattern))?.[1];
  return name && `is quantized as ${name}; only MLX's own format is read`;
}
