import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Progress } from "../progress.ts";
import { generate, once, type Part, syntheticFolder } from "./file.ts";
import { constantBfloat16, deviation, randomBfloat16, randomBytes } from "./random.ts";

// A Qwen3-ASR checkpoint as mlx-community publishes it: decoder and embedding in 4 bits with a
// scale and a bias for every 64 weights, the encoder in bfloat16. Of random numbers, and without a
// vocabulary: it is for time alone.

/** The published shape of 0.6B. */
const audio = { width: 896, layers: 18, heads: 14, inner: 3584, channels: 480, mels: 128 };
const text = {
  ...{ hidden: 1024, layers: 28, heads: 16, keyHeads: 8, headWidth: 128, inner: 3072 },
  vocabulary: 151_936,
};
const groupSize = 64;
const bits = 4;
const ids = { end: 151_645, stop: 151_643, audioStart: 151_669, audioEnd: 151_670, pad: 151_676 };

type Fill = "packed" | "scales" | "biases" | "normal" | "ones" | "zeros";

interface QwenTensor {
  name: string;
  dtype: "U32" | "BF16";
  shape: readonly number[];
  fill: Fill;
}

/** Every tensor of the checkpoint, the aligned ones first. */
export function qwenTensors(): QwenTensor[] {
  const plain = (name: string, shape: readonly number[], fill: Fill): QwenTensor => ({
    ...{ name, dtype: "BF16", shape, fill },
  });
  const norm = (name: string) => [
    plain(`${name}.weight`, [audio.width], "ones"),
    plain(`${name}.bias`, [audio.width], "zeros"),
  ];
  const linear = (name: string, outputs: number, inputs: number) => [
    plain(`${name}.weight`, [outputs, inputs], "normal"),
    plain(`${name}.bias`, [outputs], "zeros"),
  ];
  const quantized = (name: string, outputs: number, inputs: number): QwenTensor[] => [
    {
      name: `${name}.weight`,
      dtype: "U32",
      shape: [outputs, (inputs * bits) / 32],
      fill: "packed",
    },
    plain(`${name}.scales`, [outputs, inputs / groupSize], "scales"),
    plain(`${name}.biases`, [outputs, inputs / groupSize], "biases"),
  ];
  const convolution = (index: number, inputs: number) => {
    const name = `audio_tower.conv2d${index}`;
    return [
      plain(`${name}.weight`, [audio.channels, 3, 3, inputs], "normal"),
      plain(`${name}.bias`, [audio.channels], "zeros"),
    ];
  };
  const encoderLayer = (layer: number) => {
    const name = `audio_tower.layers.${layer}`;
    return [
      ...["q_proj", "k_proj", "v_proj", "out_proj"].flatMap((projection) =>
        linear(`${name}.self_attn.${projection}`, audio.width, audio.width),
      ),
      ...norm(`${name}.self_attn_layer_norm`),
      ...linear(`${name}.fc1`, audio.inner, audio.width),
      ...linear(`${name}.fc2`, audio.width, audio.inner),
      ...norm(`${name}.final_layer_norm`),
    ];
  };
  const decoderLayer = (layer: number) => {
    const name = `model.layers.${layer}`;
    const queries = text.heads * text.headWidth;
    const keys = text.keyHeads * text.headWidth;
    return [
      plain(`${name}.input_layernorm.weight`, [text.hidden], "ones"),
      ...quantized(`${name}.self_attn.q_proj`, queries, text.hidden),
      ...quantized(`${name}.self_attn.k_proj`, keys, text.hidden),
      ...quantized(`${name}.self_attn.v_proj`, keys, text.hidden),
      ...quantized(`${name}.self_attn.o_proj`, text.hidden, queries),
      plain(`${name}.self_attn.q_norm.weight`, [text.headWidth], "ones"),
      plain(`${name}.self_attn.k_norm.weight`, [text.headWidth], "ones"),
      plain(`${name}.post_attention_layernorm.weight`, [text.hidden], "ones"),
      ...quantized(`${name}.mlp.gate_proj`, text.inner, text.hidden),
      ...quantized(`${name}.mlp.up_proj`, text.inner, text.hidden),
      ...quantized(`${name}.mlp.down_proj`, text.hidden, text.inner),
    ];
  };
  const layers = (count: number, layer: (index: number) => QwenTensor[]) =>
    Array.from({ length: count }, (_, index) => layer(index)).flat();
  // Three convolutions of stride 2 leave 16 of the 128 mel rows.
  const flattened = audio.channels * (audio.mels / 8);
  const tensors = [
    ...convolution(1, 1),
    ...convolution(2, audio.channels),
    ...convolution(3, audio.channels),
    plain("audio_tower.conv_out.weight", [audio.width, flattened], "normal"),
    ...layers(audio.layers, encoderLayer),
    ...norm("audio_tower.ln_post"),
    ...linear("audio_tower.proj1", audio.width, audio.width),
    ...linear("audio_tower.proj2", text.hidden, audio.width),
    ...quantized("model.embed_tokens", text.vocabulary, text.hidden),
    ...layers(text.layers, decoderLayer),
    plain("model.norm.weight", [text.hidden], "ones"),
  ];
  return tensors.sort((a, b) => Number(b.dtype === "U32") - Number(a.dtype === "U32"));
}

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

/** A safetensors file: the length of the header, the header, the tensors. */
function safetensorsParts(tensors: readonly QwenTensor[]): Part[] {
  // Weights are (0…15 − 7.5) · scale, so the scale gives the deviation.
  const scale = deviation / Math.sqrt((16 ** 2 - 1) / 12);
  const blocks: Record<Fill, Uint8Array> = {
    packed: randomBytes(1 << 20),
    scales: constantBfloat16(scale),
    biases: constantBfloat16(-7.5 * scale),
    normal: randomBfloat16(1 << 18),
    ones: constantBfloat16(1),
    zeros: constantBfloat16(0),
  };
  let at = 0;
  const header: Record<string, object> = {};
  const parts = tensors.map(({ name, dtype, shape, fill }) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const length = count * (dtype === "U32" ? 4 : 2);
    header[name] = { dtype, shape, data_offsets: [at, at + length] };
    at += length;
    return { block: blocks[fill], length };
  });
  const json = JSON.stringify(header);
  const padded = new TextEncoder().encode(json.padEnd(8 * Math.ceil(json.length / 8)));
  const size = new Uint8Array(new BigUint64Array([BigInt(padded.length)]).buffer);
  return [once(size), once(padded), ...parts];
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
