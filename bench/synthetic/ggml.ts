import { join } from "node:path";
import type { Progress } from "../report/progress.ts";
import { generate, once, type Part, syntheticFolder } from "./file.ts";
import { constantFloat32, randomBlocks, randomFloat16 } from "./random.ts";

// Model files as whisper.cpp reads them: a magic number, eleven int32 of shape, the mel filters,
// the vocabulary, then tensors to the end, each with its own header. All little-endian. `quantize`
// makes Q5_0 of matrices, and leaves vectors and positions in float32 and convolutions in float16.

/** The numbers that tell one whisper model from another. */
export interface WhisperShape {
  name: string;
  vocabulary: number;
  /** Width and layers, the same in encoder and decoder; heads are 64 wide. */
  width: number;
  layers: number;
  mels: number;
}

export const whisperSmall: WhisperShape = {
  name: "small",
  vocabulary: 51_865,
  width: 768,
  layers: 12,
  mels: 80,
};

export const whisperLargeV3: WhisperShape = {
  name: "large-v3",
  vocabulary: 51_866,
  width: 1280,
  layers: 32,
  mels: 128,
};

export const magic = 0x67676d6c;
const audioPositions = 1500;
const textPositions = 448;
const headWidth = 64;
const fftBins = 201;

/** Tokens with a text of their own; whisper.cpp names the special ones after them. */
const namedTokens = 50_257;

/** Texts that whisper.cpp looks up in every vocabulary. */
const lookedUp = [" ", " -", " '"];

/** `ftype` of a file whose matrices are Q5_0, in version 2 of the quantization formats. */
export const mostlyQ5_0 = 2 * 1000 + 8;

/** Tensor types by their number in a tensor's header. */
const types = { f32: 0, f16: 1, q5_0: 6 } as const;

/** One float16 scale, the fifth bits of 32 weights, and their low four bits. */
const q5Block = { weights: 32, bytes: 22 };

/** A tensor of a model file; the first size is the one whose elements lie side by side. */
export interface GgmlTensor {
  name: string;
  type: keyof typeof types;
  sizes: readonly number[];
}

/** Every tensor that whisper.cpp expects. */
export function whisperTensors({ vocabulary, width, layers, mels }: WhisperShape): GgmlTensor[] {
  const vector = (name: string): GgmlTensor => ({ name, type: "f32", sizes: [width] });
  const norm = (name: string) => [vector(`${name}.weight`), vector(`${name}.bias`)];
  const linear = (name: string, inputs = width, outputs = width): GgmlTensor[] => [
    { name: `${name}.weight`, type: "q5_0", sizes: [inputs, outputs] },
    { name: `${name}.bias`, type: "f32", sizes: [outputs] },
  ];
  const positions = (name: string, count: number): GgmlTensor => ({
    name: `${name}.positional_embedding`,
    type: "f32",
    sizes: [width, count],
  });
  const convolution = (name: string, inputs: number): GgmlTensor[] => [
    { name: `${name}.weight`, type: "f16", sizes: [3, inputs, width] },
    { name: `${name}.bias`, type: "f32", sizes: [1, width] },
  ];
  // The projection of the keys has no bias.
  const attention = (name: string) => [
    ...linear(`${name}.query`),
    linear(`${name}.key`)[0]!,
    ...linear(`${name}.value`),
    ...linear(`${name}.out`),
    ...norm(`${name}_ln`),
  ];
  const blocks = (part: string, attentions: readonly string[]) =>
    Array.from({ length: layers }, (_, layer) => {
      const block = `${part}.blocks.${layer}`;
      return [
        ...attentions.flatMap((name) => attention(`${block}.${name}`)),
        ...norm(`${block}.mlp_ln`),
        ...linear(`${block}.mlp.0`, width, 4 * width),
        ...linear(`${block}.mlp.2`, 4 * width, width),
      ];
    }).flat();
  return [
    positions("encoder", audioPositions),
    ...convolution("encoder.conv1", mels),
    ...convolution("encoder.conv2", width),
    ...blocks("encoder", ["attn"]),
    ...norm("encoder.ln_post"),
    positions("decoder", textPositions),
    { name: "decoder.token_embedding.weight", type: "q5_0", sizes: [width, vocabulary] },
    ...blocks("decoder", ["attn", "cross_attn"]),
    ...norm("decoder.ln"),
  ];
}

/** The parts of a file of random weights. */
export function whisperParts(shape: WhisperShape): Part[] {
  const fills = {
    q5_0: randomBlocks(q5Block.bytes, 32),
    f16: randomFloat16(),
    one: constantFloat32(1),
    small: constantFloat32(0.01),
  };
  return [
    once(fileHead(shape)),
    ...whisperTensors(shape).flatMap((tensor) => {
      const { name, type } = tensor;
      const isScale = name.endsWith(".weight") && type === "f32";
      const block = type === "f32" ? (isScale ? fills.one : fills.small) : fills[type];
      return [once(tensorHead(tensor)), { block, length: byteLength(tensor) }];
    }),
  ];
}

/** The path of the model file, written when it is missing. */
export async function syntheticWhisper(shape: WhisperShape, progress: Progress): Promise<string> {
  const path = join(syntheticFolder, `whisper-${shape.name}-q5_0-random.bin`);
  await generate(path, `whisper ${shape.name} Q5_0`, whisperParts(shape), progress);
  return path;
}

function fileHead({ vocabulary, width, layers, mels }: WhisperShape): Uint8Array {
  const heads = width / headWidth;
  const audio = [audioPositions, width, heads, layers];
  const text = [textPositions, width, heads, layers];
  const numbers = [magic, vocabulary, ...audio, ...text, mels, mostlyQ5_0, mels, fftBins];
  // Equal filters: which they are does not change the time.
  const filters = new Float32Array(mels * fftBins).fill(1 / fftBins);
  const words = Array.from({ length: namedTokens }, (_, id) => word(lookedUp[id] ?? `word${id}`));
  return joined(Int32Array.from(numbers), filters, Int32Array.of(namedTokens), ...words);
}

/** A length in bytes, then the text. */
function word(text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return joined(Int32Array.of(bytes.length), bytes);
}

function tensorHead({ name, type, sizes }: GgmlTensor): Uint8Array {
  const text = new TextEncoder().encode(name);
  return joined(Int32Array.of(sizes.length, text.length, types[type], ...sizes), text);
}

function byteLength({ type, sizes }: GgmlTensor): number {
  const count = sizes.reduce((product, size) => product * size, 1);
  if (type === "q5_0") return (count / q5Block.weights) * q5Block.bytes;
  return count * (type === "f32" ? 4 : 2);
}

function joined(...arrays: (Int32Array | Float32Array | Uint8Array)[]): Uint8Array {
  const parts = arrays.map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength));
  return new Uint8Array(Buffer.concat(parts));
}
