import type { AudioChunk } from "../audio/speech/chunker.ts";
import { AsrError } from "../contract/errors.ts";
import type { Model } from "../native/model.ts";
import { promptIds } from "../text/prompt.ts";
import { TokenDecoder, type Tokenizer } from "../text/tokenizer.ts";
import type { AlignedSpeech } from "./aligned-speech.ts";

/** A recording that is read, with what is said in it. */
export interface Clip {
  speech: AlignedSpeech;
  audio: AudioChunk;
  /** English name of the language that the model is told. */
  language: string;
}

/** What a model looked at while it was told what is said. */
export interface Heard {
  speech: AlignedSpeech;
  audio: AudioChunk;
  /** Which part of the text each token is. */
  tokens: readonly { from: number; to: number }[];
  audioTokens: number;
  /** For each of the heads asked for: a row for each token, [tokens, audio embeddings]. */
  rows: readonly Float32Array[];
}

/**
 * Feeds the text of a clip as if the model had written it. `heads` are places in the model's
 * alignment heads.
 */
export function listen(
  model: Model,
  tokenizer: Tokenizer,
  { speech, audio, language }: Clip,
  heads: readonly number[],
): Heard {
  using session = model.session({ alignment: true });
  session.mel(audio.samples);
  const audioTokens = session.encode();
  const prompt = promptIds(tokenizer, audioTokens, { language });
  const answer = tokenizer.encode(speech.text);
  if (prompt.length + answer.length > model.info.maxPositions) {
    throw new AsrError("input", `${speech.path}: is too long for the model`, "cut it");
  }
  session.prefill(Int32Array.of(...prompt, ...answer));
  // What a token is chosen by lies at the position before it.
  const from = prompt.length - 1;
  const to = from + answer.length;
  const rows = heads.map((head) => session.alignment({ from, to, head }));
  return { speech, audio, tokens: partsOf(tokenizer, answer), audioTokens, rows };
}

function partsOf(tokenizer: Tokenizer, ids: Iterable<number>): { from: number; to: number }[] {
  const decoder = new TokenDecoder(tokenizer);
  let at = 0;
  return Array.from(ids, (id) => {
    const from = at;
    at += decoder.push(id).length;
    return { from, to: at };
  });
}
