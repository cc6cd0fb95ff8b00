import { join } from "node:path";
import { type ModelTensor, modelTensors } from "../../ts/convert/layout.ts";
import type { Progress } from "../report/progress.ts";
import { generate, once, type Part, syntheticFolder } from "./file.ts";
import { addedTokens, recognizer } from "./qwen.ts";
import { constantFloat32, randomBlocks, randomFloat16 } from "./random.ts";
import { madeUpVocabulary } from "./tokenizer.ts";

// Qwen3-ASR 0.6B of random numbers as GGUF, version 3, with the names that CrispASR reads: counts,
// facts, the list of tensors, then their numbers, each from a multiple of 32 on. All little-endian.

/** How the matrices of decoder and head are quantized. */
export type GgufBits = "Q4_0" | "Q8_0";

type GgufType = GgufBits | "F32" | "F16";

/** The number of a type, how many weights share a block, its bytes, and the levels of a code. */
const types = {
  F32: { id: 0, weights: 1, bytes: 4 },
  F16: { id: 1, weights: 1, bytes: 2 },
  Q4_0: { id: 2, weights: 32, bytes: 18, levels: 16 },
  Q8_0: { id: 8, weights: 32, bytes: 34, levels: 256 },
} as const;

/** A tensor of the file; the first size is the one whose elements lie side by side. */
export interface GgufTensor {
  name: string;
  type: GgufType;
  sizes: readonly number[];
  /** What it is filled with where it is not random. */
  value?: number;
}

const alignment = 32;
const fftBins = 201;
const fftWindow = 400;

/**
 * Every tensor that CrispASR expects. Its own quantizer leaves the encoder at 8 bits, norms and
 * offsets in float32, and convolutions in float16; a tied head stands there a second time.
 */
export function ggufTensors(bits: GgufBits): GgufTensor[] {
  const tensors = modelTensors(recognizer).map((tensor) => named(tensor, bits));
  const embedding = tensors.find(({ name }) => name === "token_embd.weight")!;
  return [
    { name: "audio.mel_filters", type: "F32", sizes: [128, fftBins], value: 1 / fftBins },
    { name: "audio.mel_window", type: "F32", sizes: [fftWindow], value: 1 },
    ...tensors,
    { ...embedding, name: "output.weight" },
  ];
}

function named({ name, part, kind, shape }: ModelTensor, bits: GgufBits): GgufTensor {
  const sizes = shape.toReversed();
  if (kind === "scale") return { name: ggufName(name), type: "F32", sizes, value: 1 };
  if (kind === "offset") return { name: ggufName(name), type: "F32", sizes, value: 0 };
  if (kind === "convolution") {
    const [outputs, height, width, inputs] = shape;
    const kernel = [width!, height!, inputs!, outputs!];
    return { name: ggufName(name), type: "F16", sizes: kernel };
  }
  return { name: ggufName(name), type: part === "encoder" ? "Q8_0" : bits, sizes };
}

/** What replaces what in the name of a tensor, in this order. */
const renamings: readonly [RegExp, string][] = [
  [/^audio_tower\.conv2d(\d)/, "audio.conv.$1"],
  [/^audio_tower\.layers/, "audio.blk"],
  [/^audio_tower/, "audio"],
  [/^model\.embed_tokens/, "token_embd"],
  [/^model\.norm/, "output_norm"],
  [/^model\.layers/, "blk"],
  [/self_attn_layer_norm|input_layernorm/, "attn_norm"],
  [/final_layer_norm|post_attention_layernorm/, "ffn_norm"],
  [/self_attn\.out_proj/, "attn_out"],
  [/self_attn\.o_proj/, "attn_output"],
  [/self_attn\.([qk])_norm/, "attn_$1_norm"],
  [/self_attn\.([qkv])_proj/, "attn_$1"],
  [/mlp\.(gate|up|down)_proj/, "ffn_$1"],
  [/\.fc1\./, ".ffn_up."],
  [/\.fc2\./, ".ffn_down."],
];

function ggufName(name: string): string {
  return renamings.reduce((result, [from, to]) => result.replace(from, to), name);
}

/** The path of the model file, written when it is missing. */
export async function syntheticGguf(bits: GgufBits, progress: Progress): Promise<string> {
  const path = join(syntheticFolder, `qwen3-asr-0.6b-${bits.toLowerCase()}-random.gguf`);
  await generate(path, `Qwen3-ASR 0.6B ${bits}`, ggufParts(bits), progress);
  return path;
}

/** The parts of the file. */
export function ggufParts(bits: GgufBits): Part[] {
  const tensors = ggufTensors(bits);
  const lengths = tensors.map(byteLength);
  const padded = lengths.map((length) => Math.ceil(length / alignment) * alignment);
  const offsets = padded.map((_, i) => padded.slice(0, i).reduce((sum, size) => sum + size, 0));
  const facts = factsOf();
  const head = joined([
    text("GGUF"),
    u32(3),
    u64(tensors.length),
    u64(facts.length),
    ...facts.flat(),
    ...tensors.flatMap(({ name, type, sizes }, i) => [
      string(name),
      u32(sizes.length),
      ...sizes.map(u64),
      u32(types[type].id),
      u64(offsets[i]!),
    ]),
  ]);
  const blocks = {
    F16: randomFloat16(),
    Q4_0: randomBlocks(types.Q4_0.bytes, types.Q4_0.levels),
    Q8_0: randomBlocks(types.Q8_0.bytes, types.Q8_0.levels),
  };
  const fill = ({ type, value = 0 }: GgufTensor) =>
    type === "F32" ? constantFloat32(value) : blocks[type];
  return [
    once(head),
    zeros(-head.length),
    ...tensors.flatMap((tensor, i) => [
      { block: fill(tensor), length: lengths[i]! },
      zeros(padded[i]! - lengths[i]!),
    ]),
  ];
}

/** So many bytes, or as many as are missing to a multiple of the alignment. */
function zeros(count: number): Part {
  return once(new Uint8Array(((count % alignment) + alignment) % alignment));
}

function byteLength({ type, sizes }: GgufTensor): number {
  const { weights, bytes } = types[type];
  return (sizes.reduce((product, size) => product * size, 1) / weights) * bytes;
}

/** What a file says of itself, each as key, type and value. */
function factsOf(): Uint8Array[][] {
  const { audio, text: decoder } = recognizer;
  const integers = {
    sample_rate: 16_000,
    n_mels: audio.mels,
    n_fft: fftWindow,
    win_length: fftWindow,
    hop_length: 160,
    "audio.n_layers": audio.layers,
    "audio.d_model": audio.width,
    "audio.n_heads": audio.heads,
    "audio.head_dim": audio.width / audio.heads,
    "audio.ff_dim": audio.inner,
    "audio.conv_channels": audio.channels,
    "audio.proj_dim": decoder.hidden,
    "audio.max_source_pos": 1500,
    "llm.n_layers": decoder.layers,
    "llm.d_model": decoder.hidden,
    "llm.n_heads": decoder.heads,
    "llm.n_kv_heads": decoder.keyHeads,
    "llm.head_dim": decoder.headWidth,
    "llm.ff_dim": decoder.inner,
    "llm.vocab_size": decoder.vocabulary,
    "llm.max_pos": 65_536,
    audio_start_token_id: addedTokens["<|audio_start|>"]!,
    audio_end_token_id: addedTokens["<|audio_end|>"]!,
    audio_pad_token_id: addedTokens["<|audio_pad|>"]!,
    eos_token_id: addedTokens["<|im_end|>"]!,
    pad_token_id: addedTokens["<|endoftext|>"]!,
  };
  const key = (name: string, type: number) => [string(name), u32(type)];
  const [u32Type, f32Type, stringType, arrayType] = [4, 6, 8, 9];
  const list = (name: string, items: readonly string[]) => [
    ...key(name, arrayType),
    u32(stringType),
    u64(items.length),
    ...items.map(string),
  ];
  const { vocabulary, merges } = madeUpVocabulary(addedTokens["<|endoftext|>"]!);
  const tokens = Array.from(
    { length: decoder.vocabulary },
    (_, id) => vocabulary[id] ?? `[PAD${id}]`,
  );
  for (const [token, id] of Object.entries(addedTokens)) tokens[id] = token;
  return [
    [...key("general.architecture", stringType), string("qwen3asr")],
    ...Object.entries(integers).map(([name, value]) => [
      ...key(`qwen3asr.${name}`, u32Type),
      u32(value),
    ]),
    [...key("qwen3asr.llm.rope_theta", f32Type), f32(1_000_000)],
    [...key("qwen3asr.llm.rms_norm_eps", f32Type), f32(1e-6)],
    [...key("tokenizer.ggml.model", stringType), string("gpt2")],
    list("tokenizer.ggml.tokens", tokens),
    list("tokenizer.ggml.merges", merges),
  ];
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

/** A length in bytes, then the text. */
function string(value: string): Uint8Array {
  const bytes = text(value);
  return joined([u64(bytes.length), bytes]);
}

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function u64(value: number): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
}

function f32(value: number): Uint8Array {
  return new Uint8Array(Float32Array.of(value).buffer);
}
