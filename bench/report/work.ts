import { byteLength } from "../../ts/checkpoint/safetensors.ts";
import { type QwenForm, qwenTensors, recognizer } from "../synthetic/qwen.ts";

// What a model of the published shape cannot but do: operations, where a multiply-and-add is two,
// and bytes that are read.

const { audio, text } = recognizer;

/** Mel frames of a second, of which the encoder makes chunks; and tokens that come of one. */
const chunkFrames = 100;
const chunkTokens = 13;
/** Seconds that attend to each other in the encoder. */
const windowSeconds = 8;

/** Operations of the encoder for so many seconds of audio. */
export function encoderOperations(seconds: number): number {
  const { width, inner, channels, layers, mels } = audio;
  const [first, second, third] = [2, 4, 8].map(
    (stride) => (mels / stride) * Math.ceil(chunkFrames / stride),
  ) as [number, number, number];
  const kernel = 9 * channels;
  const convolutions = first * kernel + (second + third) * kernel * channels;
  const projected = width * channels * (mels / 8);
  const layer = 4 * width ** 2 + 2 * width * inner;
  const attention = 2 * width * chunkTokens * Math.min(seconds, windowSeconds);
  const last = width ** 2 + width * text.hidden;
  const token = projected + layers * (layer + attention) + last;
  return 2 * seconds * (convolutions + chunkTokens * token);
}

/** Operations of the decoder for a prompt of so many tokens. */
export function prefillOperations(tokens: number): number {
  const { layers, heads, keyHeads, headWidth, hidden, inner, vocabulary } = text;
  const [queries, keys] = [heads * headWidth, keyHeads * headWidth];
  const layer = hidden * (2 * queries + 2 * keys + 3 * inner);
  // A token attends to those before it: half of all, for scores and for values.
  const attention = queries * tokens;
  return 2 * (tokens * layers * (layer + attention) + hidden * vocabulary);
}

/** Bytes of weights that one token reads: the decoder, and the embedding once, as the head. */
export function decodeBytes(form: QwenForm): number {
  return qwenTensors(form)
    .filter(({ name }) => name.startsWith("model."))
    .reduce((sum, { dtype, shape }) => sum + byteLength(dtype, shape), 0);
}

/** Tokens of the prompt for so many seconds of audio. */
export function promptTokens(seconds: number): number {
  return chunkTokens * seconds + 15;
}
