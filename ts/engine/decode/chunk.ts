import type { AudioChunk } from "../../audio/chunker.ts";
import type { Steering } from "../../bias/biasing.ts";
import type { Bias } from "../../bias/logit-bias.ts";
import { AsrError } from "../../contract/errors.ts";
import type { SessionOptions } from "../../contract/options.ts";
import type { DecodedChunk, FinishReason, Span } from "../../contract/transcript.ts";
import type { Session } from "../../native/model.ts";
import { promptIds } from "../../text/prompt.ts";
import type { Engine } from "../engine.ts";
import { Answer } from "./hypothesis.ts";

/** How chunks are decoded. */
export interface DecodeOptions {
  /** What the prompt says, and what steers the choice of tokens. */
  steering: Steering;
  /** Most tokens of one chunk; undefined: in proportion to its length. */
  maxTokens: number | undefined;
  session: SessionOptions;
}

/** Whose chunk is decoded, and who listens. */
export interface Listener {
  /** Parties take turns. */
  party: object;
  /** What messages call the recording. */
  name: string;
  /** Asked between two tokens: an aborted chunk ends with what it has. */
  signal: AbortSignal | undefined;
  /** What the chunk's text is so far. */
  onText?: ((text: string) => void) | undefined;
}

/** A decoded chunk, and what it took. */
export interface ChunkResult {
  chunk: DecodedChunk;
  inputTokens: number;
  outputTokens: number;
  times: StageTimes;
}

/** Milliseconds in the stages of the native library. */
export interface StageTimes {
  melMs: number;
  encodeMs: number;
  prefillMs: number;
  decodeMs: number;
}

/** Far above fast speech (about 5 tokens a second), so that only a decoding loop meets it. */
const tokensPerSecond = 16;
const leastTokens = 64;

/** Most tokens for so many seconds of audio. */
export function tokenBudget(seconds: number, least = leastTokens): number {
  return least + Math.ceil(tokensPerSecond * seconds);
}

/** Decodes one chunk when it is its turn, together with whatever else is being decoded then. */
export async function decodeChunk(
  engine: Engine,
  audio: AudioChunk,
  options: DecodeOptions,
  listener: Listener,
): Promise<ChunkResult> {
  using _place = await engine.turns.take(listener.party);
  const { start, end, speech } = audio;
  if (listener.signal?.aborted) return unheard(audio, "cancelled");
  using session = engine.model.session(options.session);
  session.mel(audio.samples);
  await breathe();
  const audioTokens = session.encode();
  await breathe();
  const { language, systemText } = options.steering;
  const ids = promptIds(engine.tokenizer, audioTokens, { language, systemText });
  const maxTokens = options.maxTokens ?? tokenBudget(end - start);
  checkRoom(engine, ids.length + maxTokens, audio, listener.name);
  session.prefill(ids);
  const answer = new Answer(engine.tokenizer, language);
  const finishReason = await write(engine, session, answer, { ...options, maxTokens }, listener);
  const { text, language: detected, pieces } = answer.end();
  return {
    chunk: { start, end, speech, text, language: detected, pieces, finishReason },
    inputTokens: ids.length,
    outputTokens: answer.tokens.length,
    times: session.report(),
  };
}

/** Writes tokens, after those that the answer has, until something ends it. */
export async function write(
  engine: Engine,
  session: Session,
  answer: Answer,
  options: DecodeOptions & { maxTokens: number },
  { signal, onText }: Listener,
): Promise<FinishReason> {
  const guide = options.steering.guide();
  for (const { id } of answer.tokens) guide?.push(id);
  let bias = guide?.bias;
  steer(session, bias);
  while (answer.tokens.length < options.maxTokens) {
    const id = await engine.batch.next(session);
    if (id === null) return "eos";
    if (answer.push(id, session.logprob)) return "loop";
    if (signal?.aborted) return "cancelled";
    onText?.(answer.shown);
    guide?.push(id);
    if (guide?.bias !== bias) {
      bias = guide?.bias;
      steer(session, bias);
    }
  }
  return "length";
}

const free: Bias = { ids: new Int32Array(0), bonuses: new Float32Array(0), only: false };

function steer(session: Session, { ids, bonuses, only }: Bias = free): void {
  session.bias(ids, bonuses, only);
}

/** A chunk of which nothing was decoded. */
export function unheard(
  { start, end, speech }: AudioChunk,
  finishReason: FinishReason,
): ChunkResult {
  return {
    chunk: { start, end, speech, text: "", language: "", pieces: [], finishReason },
    ...{ inputTokens: 0, outputTokens: 0 },
    times: { melMs: 0, encodeMs: 0, prefillMs: 0, decodeMs: 0 },
  };
}

/** Refuses what is longer than the model's window. */
export function checkRoom(
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

/** Lets timers, signals and output have their turn between two native calls. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
