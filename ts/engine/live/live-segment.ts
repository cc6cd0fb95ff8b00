import { sampleRate } from "../../audio/samples/recording.ts";
import type { AudioChunk } from "../../audio/speech/chunker.ts";
import type { FinishReason, TimedWord, TokenText } from "../../contract/transcript.ts";
import { TokenDecoder, type Tokenizer } from "../../text/tokenizer.ts";
import {
  type ChunkResult,
  countOf,
  type DecodeContext,
  type DecodeOptions,
  decoded,
  sessionFor,
  tokenBudget,
  withWordsHeard,
} from "../decode/chunk.ts";
import type { DecodingSession } from "../decode/decoding-model.ts";
import type { Engine } from "../decode/engine.ts";
import {
  amountOf,
  decodeWithFallback,
  hasFailed,
  penalties,
  sumOfTimes,
  withWorkOf,
} from "../decode/fallback.ts";
import { Hypothesis, type Token } from "../decode/hypothesis.ts";
import { GrowingPrompt } from "./growing-prompt.ts";
import { ToldWords } from "./told-words.ts";

/** As in the official code, so many tokens at the end of a hypothesis are never settled. */
const unsettledTokens = 5;

/** What is settled stood in all hypotheses of so much audio, in samples. */
const settlingTime = sampleRate;

/** Room for a step's tokens besides what its audio can hold: the unsettled ones come again. */
const minStepTokens = 32;
/** After so many failed steps in a row it does not help to hear more. */
const maxFailures = 2;

/**
 * A segment of a live stream. Each step decodes it as far as it goes, beginning with the tokens
 * that are settled; the end of each hypothesis is not, for more audio may change it. It is a draft
 * of the next one, though: where the model still chooses the same, it need not be decoded again.
 */
export class LiveSegment implements Disposable {
  readonly #engine: Engine;
  readonly #options: DecodeOptions;
  readonly #context: DecodeContext;
  readonly #session: DecodingSession;
  readonly #prompt: GrowingPrompt;
  #settled: readonly Token[] = [];
  #text = "";
  /** Hypotheses of the last steps, the newest first, to the first that is old enough to settle. */
  #before: readonly { tokens: readonly Token[]; samples: number }[] = [];
  #failures = 0;
  /** Samples at the step before. */
  #samples = 0;
  #inputTokens = 0;
  #audioTokens = 0;
  #outputTokens = 0;
  #wordsMs = 0;
  readonly #words = new ToldWords();

  constructor(engine: Engine, options: DecodeOptions, context: DecodeContext) {
    this.#engine = engine;
    this.#options = options;
    this.#context = context;
    this.#session = sessionFor(engine, options);
    this.#prompt = new GrowingPrompt(engine, this.#session, options);
  }

  /** The text of the tokens that are settled. */
  get text(): string {
    return this.#text;
  }

  /** The same token by token. */
  get tokens(): readonly TokenText[] {
    return this.#continued().shownTokens;
  }

  /** The words of the settled text that will not change any more, where their times are known. */
  get words(): readonly TimedWord[] {
    return this.#words.told;
  }

  /** Whether the decoder does not get further. */
  get isStuck(): boolean {
    return this.#failures >= maxFailures;
  }

  /** Decodes the segment as it is by now. Returns its text, the end of which may still change. */
  async step(audio: AudioChunk): Promise<string> {
    using _permit = await this.#engine.permit(this.#context);
    if (this.#context.signal?.aborted) return this.#text;
    const seconds = (audio.samples.length - this.#samples) / sampleRate;
    this.#samples = audio.samples.length;
    const budget = this.#settled.length + tokenBudget(seconds, minStepTokens);
    const decoded = await this.#decode(this.#session, this.#prompt, audio, budget);
    const { hypothesis, finishReason } = decoded;
    const { shown } = hypothesis;
    const failed = finishReason === "loop" || this.#options.biasing.isEcho(shown.trim());
    this.#failures = failed ? this.#failures + 1 : 0;
    if (!failed && this.#settle(hypothesis)) this.#time(audio, decoded);
    return shown;
  }

  /** Finds when the words of the settled text were said. */
  #time(audio: AudioChunk, { hypothesis, position }: Decoded): void {
    const { words: listener } = this.#options;
    if (listener === undefined || position === undefined) return;
    const started = performance.now();
    const { shown: text, language } = hypothesis;
    const pieces = hypothesis.pieces(text);
    const answer = { session: this.#session, audio, chunk: { text, language }, pieces, position };
    const found = listener.wordsOf(answer);
    if (found !== undefined) this.#words.take(found, text, this.#text);
    this.#wordsMs += performance.now() - started;
  }

  /** Decodes the segment to its end. Words that were told stay as they are. */
  async finish(audio: AudioChunk): Promise<ChunkResult[]> {
    const [first, ...rest] = await this.#finish(audio);
    if (first === undefined) return [];
    return [{ ...first, chunk: this.#words.kept(first.chunk) }, ...rest];
  }

  async #finish(audio: AudioChunk): Promise<ChunkResult[]> {
    if (this.#text === "") {
      const steps = this.#work();
      const [first, ...rest] = await decodeWithFallback(
        this.#engine,
        audio,
        { ...this.#options, before: { session: this.#session, tokens: this.#draft } },
        this.#context,
      );
      return first === undefined ? [] : [withWorkOf(first, steps), ...rest];
    }
    const result = await this.#finishSettled(audio);
    return result.chunk.finishReason === "short" ? await this.#anew(audio, result) : [result];
  }

  /** Goes on from what is settled to the end, with penalties where it finds none. */
  async #finishSettled(audio: AudioChunk): Promise<ChunkResult> {
    using _permit = await this.#engine.permit(this.#context);
    if (this.#context.signal?.aborted) return this.cancelled(audio);
    const first = await this.#decodeToEnd(this.#session, this.#prompt, audio);
    const isShort = first.chunk.finishReason === "short";
    if (isShort || !hasFailed(first, this.#options)) return first;
    const options = { ...this.#options, session: { ...this.#options.session, ...penalties } };
    using session = sessionFor(this.#engine, options);
    const prompt = new GrowingPrompt(this.#engine, session, options);
    const again = await this.#decodeToEnd(session, prompt, audio);
    const chunk = hasFailed(again, this.#options) ? first.chunk : again.chunk;
    return { ...again, chunk, times: sumOfTimes(again.times, session.report()) };
  }

  /** Decodes what much is missing of as a recording is, if that goes on from what is settled. */
  async #anew(audio: AudioChunk, short: ChunkResult): Promise<ChunkResult[]> {
    const results = await decodeWithFallback(this.#engine, audio, this.#options, this.#context);
    const [first, ...rest] = results;
    const goesOn = first?.chunk.text.startsWith(this.#text.trimEnd());
    const hasMore = amountOf(results) > amountOf([short]);
    if (first && goesOn && hasMore) return [withWorkOf(first, short), ...rest];
    return [results.reduce(withWorkOf, short)];
  }

  /** The segment with nothing but what is settled, for a call that ends before it does. */
  cancelled(audio: AudioChunk): ChunkResult {
    const result = this.#result(audio, this.#continued(), "cancelled");
    return { ...result, chunk: this.#words.settled(result.chunk) };
  }

  [Symbol.dispose](): void {
    this.#session.close();
  }

  async #decodeToEnd(
    session: DecodingSession,
    prompt: GrowingPrompt,
    audio: AudioChunk,
  ): Promise<ChunkResult> {
    const { hypothesis, finishReason, position } = await this.#decode(session, prompt, audio);
    const result = this.#result(audio, hypothesis, finishReason);
    if (position === undefined) return { ...result, chunk: this.#words.settled(result.chunk) };
    return withWordsHeard(result, { session, audio, hypothesis, position }, this.#options);
  }

  /** Goes on from the settled tokens. */
  async #decode(
    session: DecodingSession,
    prompt: GrowingPrompt,
    audio: AudioChunk,
    budget = Number.POSITIVE_INFINITY,
  ): Promise<Decoded> {
    const limit = this.#options.maxTokens ?? tokenBudget(audio.end - audio.start);
    const maxTokens = Math.min(budget, limit);
    const hypothesis = this.#continued();
    const before = hypothesis.tokens.length;
    const room = Math.max(0, maxTokens - before);
    const taken = await prompt.feed(
      audio,
      { prefix: this.#settled, draft: this.#draft, room },
      this.#context,
    );
    if (taken === undefined) return { hypothesis, finishReason: "cancelled" };
    const { inputTokens, audioTokens } = countOf(taken.fed, this.#engine.model.info);
    this.#inputTokens += inputTokens;
    this.#audioTokens += audioTokens;
    const finishReason = await this.#engine.batch.generate(session, hypothesis, {
      ...this.#context,
      maxTokens,
      processor: this.#options.biasing.processor(),
    });
    this.#outputTokens += hypothesis.tokens.length - before;
    return { hypothesis, finishReason, position: taken.position };
  }

  /** What the model will most likely write again: of the step before, what is not settled. */
  get #draft(): readonly Token[] {
    return this.#before[0]?.tokens.slice(this.#settled.length) ?? [];
  }

  /** A hypothesis that begins with the settled tokens. */
  #continued(): Hypothesis {
    return new Hypothesis(this.#engine.tokenizer, this.#options.biasing.language, this.#settled);
  }

  /**
   * Settles what all hypotheses say since some time ago, but for the end and a character that is
   * not whole. (The official code looks at the sound every two seconds and takes the word of one
   * step; but where audio ends within a sentence, models like to invent its end, and after half a
   * second more they often say the same again.) Returns whether that is more than before.
   */
  #settle({ tokens }: Hypothesis): boolean {
    const { tokenizer } = this.#engine;
    const samples = this.#samples;
    const isOld = (other: { samples: number }) => samples - other.samples >= settlingTime;
    const oldest = this.#before.findIndex(isOld);
    const others = this.#before.slice(0, oldest + 1);
    this.#before = [{ tokens, samples }, ...(oldest < 0 ? this.#before : others)];
    if (oldest < 0) return false;
    let count = tokens.length - unsettledTokens;
    for (const other of others) {
      const agreed = tokens.findIndex(({ id }, index) => id !== other.tokens[index]?.id);
      if (agreed >= 0) count = Math.min(count, agreed);
    }
    for (; count > this.#settled.length; count--) {
      const settled = tokens.slice(0, count);
      if (!endsWhole(tokenizer, settled)) continue;
      this.#settled = settled;
      this.#text = this.#continued().shown;
      return true;
    }
    return false;
  }

  #result(audio: AudioChunk, hypothesis: Hypothesis, finishReason: FinishReason): ChunkResult {
    const chunk = decoded(audio, hypothesis, finishReason, this.#text.trimEnd());
    return { chunk, ...this.#work() };
  }

  /** What the segment took so far. */
  #work(): Omit<ChunkResult, "chunk"> {
    return {
      inputTokens: this.#inputTokens,
      audioTokens: this.#audioTokens,
      outputTokens: this.#outputTokens,
      times: this.#session.report(),
      wordsMs: this.#wordsMs,
    };
  }
}

/** What a session wrote; `position` is that of the answer's first token, if it came so far. */
interface Decoded {
  hypothesis: Hypothesis;
  finishReason: FinishReason;
  position?: number;
}

/** Whether the last character of the tokens' text has all its bytes. */
function endsWhole(tokenizer: Tokenizer, tokens: readonly Token[]): boolean {
  const decoder = new TokenDecoder(tokenizer);
  for (const { id } of tokens) decoder.push(id);
  return decoder.end() === "";
}
