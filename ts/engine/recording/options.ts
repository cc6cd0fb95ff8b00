import type { Range } from "../../audio/samples/checked.ts";
import { type ChunkOptions, maxReachSeconds } from "../../audio/speech/chunker.ts";
import { checkTrackChoice } from "../../audio/tracks/track-language.ts";
import { biasing } from "../../bias/biasing.ts";
import { AsrError } from "../../contract/errors.ts";
import { sessionOptions } from "../../contract/option-checks.ts";
import type { CheckedSettings } from "../../contract/options.ts";
import { promptOf } from "../../text/prompt.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import type { DecodeOptions } from "../decode/chunk.ts";
import { chunkOptions } from "../decode/chunking.ts";
import type { Engine } from "../decode/engine.ts";
import { maxAlignedSeconds } from "../words/aligner.ts";
import { AlignerSource, noAligner } from "../words/aligner-source.ts";
import { WordTimes } from "../words/word-times.ts";

/** The settings of a recording, made ready for an engine. */
export interface RecordingOptions extends ChunkOptions {
  decode: DecodeOptions;
  /** The part of the recording that is heard. */
  range: Range;
  /** Whether the transcript tells of each token. */
  logprobs: boolean;
  /** Mean log-probability below which a segment is unsure; undefined: the usual one. */
  lowConfidence: number | undefined;
  /** Who finds the times of words, where they are asked for. */
  words: WordTimes | undefined;
}

/**
 * Makes settings ready: the prompt, the logit bias, where to cut, who times words. Throws AsrError
 * `usage` for a prompt that is longer than the model's window, for a track that no file could have,
 * and for words that nobody can time, before any audio is heard.
 */
export function recordingOptions(
  engine: Engine,
  settings: CheckedSettings,
  aligner: AlignerSource = new AlignerSource(noAligner),
): RecordingOptions {
  checkTrackChoice(settings.audioTrack);
  const decode = decodeOptionsOf(engine.tokenizer, settings);
  checkPrompt(engine, decode.biasing.systemText);
  const { words: choice } = settings;
  const words = choice && new WordTimes(engine, aligner, { ...settings, words: choice });
  return {
    ...alignable(chunkOptions(engine.chunking, settings), choice),
    range: { start: settings.start ?? 0, end: settings.end ?? Number.POSITIVE_INFINITY },
    logprobs: settings.logprobs ?? false,
    lowConfidence: engine.lowConfidence,
    words,
    decode: { ...decode, words },
  };
}

/** Words are looked for in a chunk as a whole. */
function alignable(options: ChunkOptions, words: CheckedSettings["words"]): ChunkOptions {
  if (words === undefined) return options;
  const longest = maxAlignedSeconds - maxReachSeconds;
  return { ...options, chunkSeconds: Math.min(options.chunkSeconds, longest) };
}

/** What settings say of decoding. */
export function decodeOptionsOf(tokenizer: Tokenizer, settings: CheckedSettings): DecodeOptions {
  const { language, maxTokens } = settings;
  const ready = biasing(tokenizer, settings);
  return {
    prompt: promptOf(tokenizer, { language, systemText: ready.systemText }),
    barePrompt: promptOf(tokenizer, { language }),
    biasing: ready,
    maxTokens,
    session: sessionOptions(settings),
  };
}

function checkPrompt(
  { tokenizer, model }: Pick<Engine, "tokenizer" | "model">,
  systemText: string,
): void {
  const { maxPositions } = model.info;
  // A token has at least one byte: short texts need no counting.
  if (Buffer.byteLength(systemText) < maxPositions) return;
  const needed = tokenizer.encodePlain(systemText).length;
  if (needed < maxPositions) return;
  const message = `the prompt needs ${needed} positions, the model has ${maxPositions} in all`;
  throw new AsrError("usage", message, "shorten it");
}
