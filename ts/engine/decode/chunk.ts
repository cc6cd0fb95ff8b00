// This folder: an open checkpoint, and one chunk to its text, batched with what else is decoded.

import type { AudioChunk } from "../../audio/speech/chunker.ts";
import type { Biasing } from "../../bias/biasing.ts";
import { AsrError } from "../../contract/errors.ts";
import type { SessionOptions } from "../../contract/options.ts";
import type { DecodedChunk, FinishReason, Span } from "../../contract/transcript.ts";
import type { ModelInfo } from "../../native/model-info.ts";
import type { Prompt } from "../../text/prompt.ts";
import type { AnswerListener, HeardAnswer } from "./answer-listener.ts";
import type { GenerateOptions } from "./batch.ts";
import type { DecodingSession, StageTimes } from "./decoding-model.ts";
import type { Engine } from "./engine.ts";
import { Hypothesis, type Token } from "./hypothesis.ts";
import { isTooShort } from "./missing-text.ts";
import { heardAgain, type Prompter } from "./second-hearing.ts";
import type { DecodeParty } from "./stages.ts";

/** How chunks are decoded. */
export interface DecodeOptions {
  prompt: Prompt;
  /** The prompt without what the system turn says. */
  barePrompt: Prompt;
  biasing: Biasing;
  /** Most tokens of one chunk; undefined: in proportion to its length. */
  maxTokens: number | undefined;
  session: SessionOptions;
  /** Who finds the times of words, where they are asked for. */
  words?: AnswerListener | undefined;
  /** Whoever knows what may have been said. */
  prompter?: Prompter | undefined;
  /** Who has heard the beginning of the chunk while it grew. */
  before?: HeardBefore | undefined;
}

/** A session that has decoded audio which is longer now, with the same options. */
export interface HeardBefore {
  session: DecodingSession;
  /** What it wrote, and will most likely write again. */
  tokens: readonly Token[];
}

/** For whom a chunk is decoded. An aborted chunk ends with what it has. */
export interface DecodeContext extends DecodeParty, Pick<GenerateOptions, "onToken"> {
  /** What messages call the recording. */
  name: string;
}

/** A decoded chunk, and what it took. */
export interface ChunkResult {
  chunk: DecodedChunk;
  /** Token ids that were fed. */
  inputTokens: number;
  /** Those of them that stand for sound. */
  audioTokens: number;
  outputTokens: number;
  times: StageTimes;
  /** How long it took to find the times of its words. */
  wordsMs?: number | undefined;
}

/** Far above fast speech (about 5 tokens a second), so that only a decoding loop meets it. */
const tokensPerSecond = 16;
const minTokenBudget = 64;

/** Most tokens for so many seconds of audio. */
export function tokenBudget(seconds: number, min = minTokenBudget): number {
  return min + Math.ceil(tokensPerSecond * seconds);
}

/** Decodes one chunk when it is its turn, together with whatever else is being decoded then. */
export async function decodeChunk(
  engine: Engine,
  audio: AudioChunk,
  options: DecodeOptions,
  context: DecodeContext,
): Promise<ChunkResult> {
  using _permit = await engine.permit(context);
  if (context.signal?.aborted) return notDecoded(audio, "cancelled");
  const { before } = options;
  using own = before === undefined ? sessionFor(engine, options) : undefined;
  const session = own ?? before!.session;
  const earlier = session.report();
  const maxTokens = options.maxTokens ?? tokenBudget(audio.end - audio.start);
  const ids = await feed(engine, session, audio, { ...options, maxTokens }, context);
  if (ids === undefined) return notDecoded(audio, "cancelled");
  const { language } = options.biasing;
  const written = new Hypothesis(engine.tokenizer, language);
  const finishReason = await engine.batch.generate(session, written, {
    ...context,
    maxTokens,
    processor: options.biasing.processor(),
  });
  const first = decoded(audio, written, finishReason);
  const { prompter } = options;
  const hears = prompter !== undefined && first.finishReason === "eos";
  const answered = { session, prompt: ids, hypothesis: written };
  const hypothesis = hears
    ? await heardAgain(engine, answered, first, prompter, { party: context, language, maxTokens })
    : written;
  if (hypothesis === undefined) return notDecoded(audio, "cancelled");
  const result = {
    chunk: hypothesis === written ? first : decoded(audio, hypothesis, finishReason),
    ...countOf(ids, engine.model.info),
    outputTokens: hypothesis.tokens.length,
    times: timesSince(earlier, session.report()),
  };
  const answer = { session, audio, hypothesis, position: ids.length };
  return withWordsHeard(result, answer, options);
}

/** Opens a session for these options. */
export function sessionFor(
  { model }: Engine,
  { session, words }: Pick<DecodeOptions, "session" | "words">,
): DecodingSession {
  return model.session(words?.needsAttention ? { ...session, alignment: true } : session);
}

/** The result with the times of its words, where its session tells them. */
export function withWordsHeard(
  result: ChunkResult,
  answer: Omit<HeardAnswer, "chunk" | "pieces"> & { hypothesis: Hypothesis },
  { words: listener }: Pick<DecodeOptions, "words">,
): ChunkResult {
  const { chunk } = result;
  if (listener === undefined || chunk.text === "") return result;
  const started = performance.now();
  const pieces = answer.hypothesis.pieces(chunk.text);
  const words = listener.wordsOf({ ...answer, chunk, pieces });
  if (words === undefined) return result;
  const wordsMs = (result.wordsMs ?? 0) + performance.now() - started;
  return { ...result, chunk: { ...chunk, words }, wordsMs };
}

/** Feeds the audio and the prompt. Returns the prompt; undefined when it was aborted. */
async function feed(
  engine: Engine,
  session: DecodingSession,
  audio: AudioChunk,
  options: DecodeOptions & { maxTokens: number },
  context: DecodeContext,
): Promise<Int32Array | undefined> {
  const { stages } = engine;
  session.mel(audio.samples);
  if (!(await stages.finish(session, context))) return undefined;
  const audioTokens = session.encode();
  if (!(await stages.finish(session, context))) return undefined;
  const ids = options.prompt(audioTokens);
  checkPositions(engine, ids.length + options.maxTokens, audio, context.name);
  if (options.before !== undefined) session.rewind(0);
  session.prefill(ids, draftOf(options.before?.tokens, options.maxTokens));
  return (await stages.finish(session, context)) ? ids : undefined;
}

/** So many tokens are fed as a draft at the most: each has scores of the whole vocabulary. */
const maxDraft = 64;

/** The ids of a draft, as many as there may be tokens. */
export function draftOf(tokens: readonly Token[] | undefined, room: number): Int32Array {
  return Int32Array.from((tokens ?? []).slice(0, Math.min(room, maxDraft)), ({ id }) => id);
}

/** The chunk with the text of a hypothesis; `stable` is what was told of it, see `end`. */
export function decoded(
  audio: AudioChunk,
  hypothesis: Hypothesis,
  ended: FinishReason,
  stable = "",
): DecodedChunk {
  const { start, end, speech } = audio;
  const said = hypothesis.end(stable);
  const finishReason = ended === "eos" ? judged(audio, hypothesis, said.text) : ended;
  return { start, end, speech, ...said, finishReason };
}

/** How an answer ended that the model ended by itself. */
function judged(audio: AudioChunk, hypothesis: Hypothesis, text: string): FinishReason {
  // Of noise a model may write what it likes, as long as that is nothing.
  if (hypothesis.isGarbled && (text !== "" || audio.speech.length > 0)) return "garbled";
  return isTooShort(audio, text) ? "short" : "eos";
}

/** A chunk of which nothing was decoded. */
export function notDecoded(
  { start, end, speech }: AudioChunk,
  finishReason: FinishReason,
): ChunkResult {
  return {
    chunk: { start, end, speech, text: "", language: "", tokenTexts: [], finishReason },
    inputTokens: 0,
    audioTokens: 0,
    outputTokens: 0,
    times: { melMs: 0, encodeMs: 0, prefillMs: 0, decodeMs: 0 },
  };
}

/** The times of a session without those that it had earlier. */
function timesSince(earlier: StageTimes, now: StageTimes): StageTimes {
  return {
    melMs: now.melMs - earlier.melMs,
    encodeMs: now.encodeMs - earlier.encodeMs,
    prefillMs: now.prefillMs - earlier.prefillMs,
    decodeMs: now.decodeMs - earlier.decodeMs,
  };
}

/** How many token ids were fed, and how many of them stand for sound. */
export function countOf(
  fed: Int32Array,
  { tokens }: ModelInfo,
): Pick<ChunkResult, "inputTokens" | "audioTokens"> {
  const audioTokens = fed.reduce((sum, id) => (id === tokens.audioPad ? sum + 1 : sum), 0);
  return { inputTokens: fed.length, audioTokens };
}

/** Refuses what is longer than the model's window. */
export function checkPositions(
  engine: Engine,
  needed: number,
  { start, end }: Span,
  name: string,
): void {
  const { maxPositions } = engine.model.info;
  if (needed <= maxPositions) return;
  const part = `${(end - start).toFixed(0)} s at ${start.toFixed(0)} s`;
  throw new AsrError(
    "input",
    `${name}: ${part} and the prompt need ${needed} positions, the model has ${maxPositions}`,
    "take shorter chunks, a shorter prompt or fewer tokens",
  );
}
