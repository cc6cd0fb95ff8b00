// Decoding: from the samples of one chunk to its text, several chunks at once.

import type { AudioChunk } from "../../audio/chunker.ts";
import type { Biasing } from "../../bias/biasing.ts";
import type { LogitBias } from "../../bias/logit-bias.ts";
import { AsrError } from "../../contract/errors.ts";
import type { DecodedChunk, FinishReason, Span } from "../../contract/transcript.ts";
import type { SessionOptions } from "../../native/model.ts";
import { promptIds } from "../../text/prompt.ts";
import type { Engine } from "../engine.ts";
import type { DecodingSession, StageTimes } from "./decoding-model.ts";
import { Hypothesis } from "./hypothesis.ts";

/** How chunks are decoded. */
export interface DecodeOptions {
  /** What the prompt says, and the bias of the choice of tokens. */
  biasing: Biasing;
  /** Most tokens of one chunk; undefined: in proportion to its length. */
  maxTokens: number | undefined;
  session: SessionOptions;
}

/** For whom a chunk is decoded. */
export interface DecodeContext {
  /** Parties take turns. */
  party: object;
  /** What messages call the recording. */
  name: string;
  /** Asked between two native calls: an aborted chunk ends with what it has. */
  signal: AbortSignal | undefined;
  /** Takes the hypothesis each time when it has grown by a token. */
  onToken?: (hypothesis: Hypothesis) => void;
}

/** A decoded chunk, and what it took. */
export interface ChunkResult {
  chunk: DecodedChunk;
  inputTokens: number;
  outputTokens: number;
  times: StageTimes;
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
  using _permit = await engine.semaphore.acquire(context.party);
  if (context.signal?.aborted) return notDecoded(audio, "cancelled");
  using session = engine.model.session(options.session);
  const maxTokens = options.maxTokens ?? tokenBudget(audio.end - audio.start);
  const bounded = { ...options, maxTokens };
  const ids = await feed(engine, session, audio, bounded, context);
  if (ids === undefined) return notDecoded(audio, "cancelled");
  const hypothesis = new Hypothesis(engine.tokenizer, options.biasing.language);
  const finishReason = await generate(engine, session, hypothesis, bounded, context);
  return {
    chunk: decoded(audio, hypothesis, finishReason),
    inputTokens: ids.length,
    outputTokens: hypothesis.tokens.length,
    times: session.report(),
  };
}

/** Feeds the audio and the prompt. Returns the prompt; undefined when it was aborted. */
async function feed(
  engine: Engine,
  session: DecodingSession,
  audio: AudioChunk,
  options: DecodeOptions & { maxTokens: number },
  { party, name, signal }: DecodeContext,
): Promise<Int32Array | undefined> {
  const { stages } = engine;
  session.mel(audio.samples);
  if (!(await stages.finish(session, party, signal))) return undefined;
  const audioTokens = session.encode();
  if (!(await stages.finish(session, party, signal))) return undefined;
  const { language, systemText } = options.biasing;
  const ids = promptIds(engine.tokenizer, audioTokens, { language, context: systemText });
  checkPositions(engine, ids.length + options.maxTokens, audio, name);
  session.prefill(ids);
  return (await stages.finish(session, party, signal)) ? ids : undefined;
}

/** Adds tokens to the hypothesis until something ends it. */
export async function generate(
  engine: Engine,
  session: DecodingSession,
  hypothesis: Hypothesis,
  options: DecodeOptions & { maxTokens: number },
  { party, signal, onToken }: DecodeContext,
): Promise<FinishReason> {
  const processor = options.biasing.processor();
  for (const { id } of hypothesis.tokens) processor?.push(id);
  let bias = processor?.bias;
  setBias(session, bias);
  while (hypothesis.tokens.length < options.maxTokens) {
    const id = await engine.batch.next(session, party);
    if (id === null) return "eos";
    if (hypothesis.push(id, session.logprob)) return "loop";
    if (signal?.aborted) return "cancelled";
    onToken?.(hypothesis);
    processor?.push(id);
    if (processor?.bias !== bias) {
      bias = processor?.bias;
      setBias(session, bias);
    }
  }
  return "length";
}

const noBias: LogitBias = { ids: new Int32Array(0), values: new Float32Array(0), only: false };

function setBias(session: DecodingSession, { ids, values, only }: LogitBias = noBias): void {
  session.bias(ids, values, only);
}

/** The chunk with the text of a hypothesis; `stable` is what was told of it, see `end`. */
export function decoded(
  { start, end, speech }: AudioChunk,
  hypothesis: Hypothesis,
  finishReason: FinishReason,
  stable = "",
): DecodedChunk {
  return { start, end, speech, ...hypothesis.end(stable), finishReason };
}

/** A chunk of which nothing was decoded. */
export function notDecoded(
  { start, end, speech }: AudioChunk,
  finishReason: FinishReason,
): ChunkResult {
  return {
    chunk: { start, end, speech, text: "", language: "", pieces: [], finishReason },
    inputTokens: 0,
    outputTokens: 0,
    times: { melMs: 0, encodeMs: 0, prefillMs: 0, decodeMs: 0 },
  };
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
