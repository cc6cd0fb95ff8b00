import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { byteLength, type TensorForm } from "../../ts/checkpoint/safetensors.ts";
import { modelTensors } from "../../ts/convert/layout.ts";
import { layOut } from "../../ts/convert/safetensors.ts";
import type { Progress } from "../report/progress.ts";
import { generate, once, type Part, syntheticFolder } from "./file.ts";
import { constantBfloat16, deviation, randomBfloat16, randomBytes } from "./random.ts";

// A Qwen3-ASR checkpoint as mlx-community publishes it: decoder and embedding in 4 bits with a
// scale and a bias for every 64 weights, the encoder in bfloat16. Of random numbers, and without a
// vocabulary: it is for time alone.

/** The published shape of 0.6B. */
const audio = { width: 896, layers: 18, heads: 14, inner: 3584, channels: 480, mels: 128 };
const text = {
  hidden: 1024,
  layers: 28,
  heads: 16,
  keyHeads: 8,
  headWidth: 128,
  inner: 3072,
  vocabulary: 151_936,
};
const groupSize = 64;
const bits = 4;
const ids = { end: 151_645, stop: 151_643, audioStart: 151_669, audioEnd: 151_670, pad: 151_676 };

/** A tensor of the checkpoint, and what it is filled with. */
export interface QwenTensor extends TensorForm {
  name: string;
  fill: "packed" | "scales" | "biases" | "normal" | "ones" | "zeros";
}

/** Every tensor of the checkpoint. */
export function qwenTensors(): QwenTensor[] {
  return modelTensors({ audio, text }).flatMap(({ name, part, kind, shape }): QwenTensor[] => {
    if (kind !== "matrix" || part === "encoder") {
      return [{ name, dtype: "BF16", shape, fill: fills[kind] }];
    }
    const [rows, columns] = shape as [number, number];
    const module = name.replace(/\.weight$/, "");
    const groups = { dtype: "BF16", shape: [rows, columns / groupSize] } as const;
    return [
      { name, dtype: "U32", shape: [rows, (columns * bits) / 32], fill: "packed" },
      { name: `${module}.scales`, ...groups, fill: "scales" },
      { name: `${module}.biases`, ...groups, fill: "biases" },
    ];
  });
}

const fills = { matrix: "normal", convolution: "normal", scale: "ones", offset: "zeros" } as const;

/** The folder of the checkpoint, written when it is missing. */
export async function syntheticQwen(progress: Progress): Promise<string> {
  const folder = join(syntheticFolder, "qwen3-asr-0.6b-4bit-random");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "config.json"), JSON.stringify(config(), null, 2));
  const ends = { eos_token_id: [ids.end, ids.stop], pad_token_id: ids.stop };
  await writeFile(join(folder, "generation_config.json"), JSON.stringify(ends));
  const path = join(folder, "model.safetensors");
  await generate(path, "Qwen3-ASR 0.6B 4-bit", safetensorsParts(qwenTensors()), progress);
  return folder;
}

/** A safetensors file: the header, then the tensors. */
function safetensorsParts(tensors: readonly QwenTensor[]): Part[] {
  // Weights are (0…15 − 7.5) · scale, so the scale gives the deviation.
  const scale = deviation / Math.sqrt((16 ** 2 - 1) / 12);
  const blocks: Record<QwenTensor["fill"], Uint8Array> = {
    packed: randomBytes(1 << 20),
    scales: constantBfloat16(scale),
    biases: constantBfloat16(-7.5 * scale),
    normal: randomBfloat16(1 << 18),
    ones: constantBfloat16(1),
    zeros: constantBfloat16(0),
  };
  const named = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const { head, offsets } = layOut(named);
  const parts = [...offsets.keys()].map((name) => {
    const { fill, dtype, shape } = named.get(name)!;
    return { block: blocks[fill], length: byteLength(dtype, shape) };
  });
  return [once(head), ...parts];
}

function config(): object {
  const quantization = { group_size: groupSize, bits, mode: "affine" };
  return {
    architectures: ["Qwen3ASRForConditionalGeneration"],
    model_type: "qwen3_asr",
    thinker_config: {
      model_type: "qwen3_asr",
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
        tie_word_embeddings: true,
        attention_bias: false,
      },
      audio_token_id: ids.pad,
      audio_start_token_id: ids.audioStart,
      audio_end_token_id: ids.audioEnd,
    },
    quantization,
    quantization_config: quantization,
  };
}
