import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { byteLength, type TensorForm } from "../../ts/checkpoint/safetensors.ts";
import {
  headTensor,
  type ModelSizes,
  type ModelTensor,
  modelTensors,
} from "../../ts/convert/layout.ts";
import {
  best,
  quantizationEntry,
  quantizationOf,
  type Recipe,
  uniform,
} from "../../ts/convert/recipe.ts";
import { layOut } from "../../ts/convert/safetensors.ts";
import type { Quantization } from "../../ts/convert/tensor.ts";
import type { Progress } from "../report/progress.ts";
import { generate, once, type Part, syntheticFolder } from "./file.ts";
import { constantBfloat16, deviation, randomBfloat16, randomBytes } from "./random.ts";
import { type AddedIds, writeTokenizer } from "./tokenizer.ts";

// Qwen3-ASR checkpoints of random numbers, with a vocabulary of made-up words: for time alone.

/** The published shape of 0.6B. */
export const recognizer: Shape = {
  audio: { width: 896, layers: 18, heads: 14, inner: 3584, channels: 480, mels: 128 },
  text: decoder(151_936),
};

/** That of its forced aligner. */
const aligner: Shape = {
  audio: { width: 1024, layers: 24, heads: 16, inner: 4096, channels: 480, mels: 128 },
  text: decoder(152_064),
  classes: 5000,
};

export type Shape = ModelSizes & { audio: { heads: number } };

function decoder(vocabulary: number): ModelSizes["text"] {
  return {
    hidden: 1024,
    layers: 28,
    heads: 16,
    keyHeads: 8,
    headWidth: 128,
    inner: 3072,
    vocabulary,
  };
}
const groupSize = 64;
const ids = { end: 151_645, stop: 151_643, audioStart: 151_669, audioEnd: 151_670, pad: 151_676 };
export const addedTokens: AddedIds = {
  "<|endoftext|>": ids.stop,
  "<|im_start|>": 151_644,
  "<|im_end|>": ids.end,
  "<|audio_start|>": ids.audioStart,
  "<|audio_end|>": ids.audioEnd,
  "<|audio_pad|>": ids.pad,
  "<asr_text>": 151_704,
  "<timestamp>": 151_705,
};

/** Which bits a checkpoint has, and what it is called. */
export interface QwenForm {
  label: string;
  bits: Recipe["bits"];
  /** A forced aligner in place of a recognizer. */
  isAligner?: true;
  /** Names and convolutions as the official checkpoints have them, not as MLX has. */
  isOfficial?: true;
}

/** As mlx-community publishes it: decoder and embedding in 4 bits, the encoder in bfloat16. */
export const fourBits: QwenForm = { label: "Qwen3-ASR 0.6B 4-bit", bits: uniform(4) };

/** As `convert --recipe best` makes it. */
export const bestRecipe: QwenForm = { label: "Qwen3-ASR 0.6B --recipe best", bits: best };

/** As its authors publish it. */
export const officialFloat: QwenForm = {
  label: "Qwen3-ASR 0.6B bf16",
  bits: uniform("none"),
  isOfficial: true,
};

/** The aligner as mlx-community publishes it in 8 bits, embedding and head included. */
export const alignerEight: QwenForm = {
  label: "Qwen3-ForcedAligner 0.6B 8-bit",
  bits: uniform(8),
  isAligner: true,
};

/** As `convert` makes it with 4 bits: embedding and head keep 8. */
export const alignerFour: QwenForm = {
  label: "Qwen3-ForcedAligner 0.6B 4-bit",
  bits: uniform(4),
  isAligner: true,
};

/** As its authors publish it. */
export const alignerFloat: QwenForm = {
  label: "Qwen3-ForcedAligner 0.6B bf16",
  bits: uniform("none"),
  isAligner: true,
};

/** A tensor of the checkpoint, and what it is filled with. */
export interface QwenTensor extends TensorForm {
  name: string;
  fill: Fill;
  /** Of what is quantized. */
  bits?: number;
}

type Fill = "packed" | "scales" | "biases" | "normal" | "ones" | "zeros";

/** Every tensor of the checkpoint. */
export function qwenTensors({ bits, isAligner, isOfficial }: QwenForm): QwenTensor[] {
  const shape = isAligner ? aligner : recognizer;
  const tensors = modelTensors(shape);
  if (isAligner) tensors.push(headTensor(shape));
  const named = isOfficial ? tensors.map(official) : tensors;
  return named.flatMap((tensor) =>
    partsOf(tensor, quantizationOf(tensor, { bits, groupSize })?.bits),
  );
}

/** PyTorch has convolutions as [outputs, inputs, height, width]. */
function official({ name, shape, ...tensor }: ModelTensor): ModelTensor {
  const [outputs, height, width, inputs] = shape;
  const isConvolution = tensor.kind === "convolution";
  const sizes = isConvolution ? [outputs!, inputs!, height!, width!] : shape;
  return { ...tensor, name: `thinker.${name}`, shape: sizes };
}

function partsOf({ name, kind, shape }: ModelTensor, bits: number | undefined): QwenTensor[] {
  if (bits === undefined) return [{ name, dtype: "BF16", shape, fill: fills[kind] }];
  const [rows, columns] = shape as [number, number];
  const module = name.replace(/\.weight$/, "");
  const groups = { dtype: "BF16", shape: [rows, columns / groupSize], bits } as const;
  return [
    { name, dtype: "U32", shape: [rows, (columns * bits) / 32], fill: "packed", bits },
    { name: `${module}.scales`, ...groups, fill: "scales" },
    { name: `${module}.biases`, ...groups, fill: "biases" },
  ];
}

const fills = { matrix: "normal", convolution: "normal", scale: "ones", offset: "zeros" } as const;

/** The folder of the checkpoint, written when it is missing. */
export async function syntheticQwen(form: QwenForm, progress: Progress): Promise<string> {
  const name = form.label.toLowerCase().replaceAll(/[^a-z0-9.]+/g, "-");
  const folder = join(syntheticFolder, `${name}-random`);
  const tensors = qwenTensors(form);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), JSON.stringify(config(form, tensors), null, 2));
  const ends = { eos_token_id: [ids.end, ids.stop], pad_token_id: ids.stop };
  await writeFile(join(folder, "generation_config.json"), JSON.stringify(ends));
  await writeTokenizer(folder, ids.stop, addedTokens);
  const path = join(folder, "model.safetensors");
  await generate(path, form.label, safetensorsParts(tensors), progress);
  return folder;
}

/** A safetensors file: the header, then the tensors. */
function safetensorsParts(tensors: readonly QwenTensor[]): Part[] {
  const blocks: Record<Exclude<Fill, "scales" | "biases">, Uint8Array> = {
    packed: randomBytes(1 << 20),
    normal: randomBfloat16(1 << 18),
    ones: constantBfloat16(1),
    zeros: constantBfloat16(0),
  };
  const blockOf = ({ fill, bits = 4 }: QwenTensor) => {
    // Weights are codes from 0 on, less half of the largest, times the scale: so it gives the
    // deviation.
    const levels = 2 ** bits;
    const scale = deviation / Math.sqrt((levels ** 2 - 1) / 12);
    if (fill === "scales") return constantBfloat16(scale);
    if (fill === "biases") return constantBfloat16((-(levels - 1) / 2) * scale);
    return blocks[fill];
  };
  const named = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const { head, offsets } = layOut(named);
  const parts = [...offsets.keys()].map((name) => {
    const tensor = named.get(name)!;
    return { block: blockOf(tensor), length: byteLength(tensor.dtype, tensor.shape) };
  });
  return [once(head), ...parts];
}

function config({ bits, isAligner }: QwenForm, tensors: readonly QwenTensor[]): object {
  const modules = tensors.flatMap(({ name, fill, bits }): [string, Quantization][] =>
    fill === "packed" ? [[name.replace(/\.weight$/, ""), { bits: bits!, groupSize }]] : [],
  );
  const quantization = quantizationEntry(new Map(modules), { bits, groupSize });
  const { audio, text, classes } = isAligner ? aligner : recognizer;
  return {
    architectures: ["Qwen3ASRForConditionalGeneration"],
    model_type: "qwen3_asr",
    ...(isAligner && {
      timestamp_token_id: addedTokens["<timestamp>"],
      timestamp_segment_time: 80,
    }),
    thinker_config: {
      model_type: isAligner ? "qwen3_forced_aligner" : "qwen3_asr",
      classify_num: classes,
      audio_config: {
        model_type: "qwen3_asr_audio_encoder",
        num_mel_bins: audio.mels,
        d_model: audio.width,
        encoder_layers: audio.layers,
        num_hidden_layers: audio.layers,
        encoder_attention_heads: audio.heads,
        encoder_ffn_dim: audio.inner,
        downsample_hidden_size: audio.channels,
        output_dim: text.hidden,
        activation_function: "gelu",
        n_window: 50,
        n_window_infer: 800,
        conv_chunksize: 500,
        max_source_positions: 1500,
      },
      text_config: {
        model_type: "qwen3_asr_text",
        vocab_size: text.vocabulary,
        hidden_size: text.hidden,
        intermediate_size: text.inner,
        num_hidden_layers: text.layers,
        num_attention_heads: text.heads,
        num_key_value_heads: text.keyHeads,
        head_dim: text.headWidth,
        hidden_act: "silu",
        max_position_embeddings: 65_536,
        rms_norm_eps: 1e-6,
        rope_theta: 1_000_000,
        tie_word_embeddings: !isAligner,
        attention_bias: false,
      },
      audio_token_id: ids.pad,
      audio_start_token_id: ids.audioStart,
      audio_end_token_id: ids.audioEnd,
    },
    ...(quantization !== undefined && { quantization, quantization_config: quantization }),
  };
}
