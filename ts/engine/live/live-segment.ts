import type { AudioChunk } from "../../audio/chunker.ts";
import { sampleRate } from "../../audio/recording.ts";
import type { FinishReason } from "../../contract/transcript.ts";
import { TokenDecoder, type Tokenizer } from "../../text/tokenizer.ts";
import {
  type ChunkResult,
  type DecodeOptions,
  type Listener,
  tokenBudget,
  write,
} from "../decode/chunk.ts";
import type { DecodingSession } from "../decode/decoding-model.ts";
import { added, decodeCarefully, isLost, penalties, sumOf } from "../decode/fallback.ts";
import { Answer, type Token } from "../decode/hypothesis.ts";
import type { Engine } from "../engine.ts";
import { GrowingPrompt } from "./growing-prompt.ts";

/** As in the official code, so many tokens at the end of an answer are never settled. */
const unsettledTokens = 5;

/** Room for a step's tokens besides what its audio can hold: the unsettled ones come again. */
const leastTokens = 32;
/** After so many failed steps in a row it does not help to hear more. */
const mostFailures = 2;

/**
 * A section of a live stream. Each step decodes it as far as it goes, beginning with the tokens
 * that are settled; the end of each answer is not, for more audio may change it.
 */
export class Section implements Disposable {
  readonly #engine: Engine;
  readonly #options: DecodeOptions;
  readonly #listener: Listener;
  readonly #session: DecodingSession;
  readonly #prompt: GrowingPrompt;
  #settled: readonly Token[] = [];
  #text = "";
  /** The answer of the step before. */
  #before: readonly Token[] = [];
  #failures = 0;
  /** Samples at the step before. */
  #heard = 0;
  #inputTokens = 0;
  #outputTokens = 0;

  constructor(engine: Engine, options: DecodeOptions, listener: Listener) {
    this.#engine = engine;
    this.#options = options;
    this.#listener = listener;
    this.#session = engine.model.session(options.session);
    this.#prompt = new GrowingPrompt(engine, this.#session, options);
  }

  /** The text of the tokens that are settled. */
  get text(): string {
    return this.#text;
  }

  /** Whether the decoder does not get further. */
  get isStuck(): boolean {
    return this.#failures >= mostFailures;
  }

  /** Decodes the section as it is by now. Returns its text, the end of which may still change. */
  async step(audio: AudioChunk): Promise<string> {
    using _place = await this.#engine.turns.take(this.#listener.party);
    if (this.#listener.signal?.aborted) return this.#text;
    const seconds = (audio.samples.length - this.#heard) / sampleRate;
    this.#heard = audio.samples.length;
    const budget = this.#settled.length + tokenBudget(seconds, leastTokens);
    const { answer, finishReason } = await this.#answer(this.#session, this.#prompt, audio, budget);
    const { shown } = answer;
    const failed = finishReason === "loop" || this.#options.steering.isEcho(shown.trim());
    this.#failures = failed ? this.#failures + 1 : 0;
    if (!failed) this.#settle(answer);
    return shown;
  }

  /** Decodes the section to its end. */
  async finish(audio: AudioChunk): Promise<ChunkResult[]> {
    if (this.#text === "") {
      const results = await decodeCarefully(this.#engine, audio, this.#options, this.#listener);
      return results.map((result, index) => (index === 0 ? added(result, this.#work()) : result));
    }
    using _place = await this.#engine.turns.take(this.#listener.party);
    if (this.#listener.signal?.aborted) return [this.given(audio)];
    const first = await this.#last(this.#session, this.#prompt, audio);
    if (!isLost(first, this.#options)) return [first];
    const options = { ...this.#options, session: { ...this.#options.session, ...penalties } };
    using session = this.#engine.model.session(options.session);
    const prompt = new GrowingPrompt(this.#engine, session, options);
    const again = await this.#last(session, prompt, audio);
    const chunk = isLost(again, this.#options) ? first.chunk : again.chunk;
    return [{ ...again, chunk, times: sumOf(again.times, session.report()) }];
  }

  /** The section with nothing but what is settled, for a call that ends before it does. */
  given(audio: AudioChunk): ChunkResult {
    const answer = new Answer(
      this.#engine.tokenizer,
      this.#options.steering.language,
      this.#settled,
    );
    return this.#result(audio, answer, "cancelled");
  }

  [Symbol.dispose](): void {
    this.#session.close();
  }

  async #last(
    session: DecodingSession,
    prompt: GrowingPrompt,
    audio: AudioChunk,
  ): Promise<ChunkResult> {
    const { answer, finishReason } = await this.#answer(session, prompt, audio);
    return this.#result(audio, answer, finishReason);
  }

  /** Goes on from the settled tokens. */
  async #answer(
    session: DecodingSession,
    prompt: GrowingPrompt,
    audio: AudioChunk,
    budget = Number.POSITIVE_INFINITY,
  ): Promise<{ answer: Answer; finishReason: FinishReason }> {
    const most = this.#options.maxTokens ?? tokenBudget(audio.end - audio.start);
    const maxTokens = Math.min(budget, most);
    const { tokenizer } = this.#engine;
    const answer = new Answer(tokenizer, this.#options.steering.language, this.#settled);
    const begun = answer.tokens.length;
    const room = Math.max(0, maxTokens - begun);
    const fed = await prompt.feed(audio, this.#settled, room, this.#listener);
    if (fed === undefined) return { answer, finishReason: "cancelled" };
    this.#inputTokens += fed;
    const options = { ...this.#options, maxTokens };
    const finishReason = await write(this.#engine, session, answer, options, this.#listener);
    this.#outputTokens += answer.tokens.length - begun;
    return { answer, finishReason };
  }

  /**
   * Settles what two steps in a row say, but for the end and a character that is not whole. (The
   * official code takes the word of one step; but where audio ends within a sentence, models like
   * to invent its end.)
   */
  #settle({ tokens }: Answer): void {
    const { tokenizer } = this.#engine;
    const agreed = tokens.findIndex(({ id }, index) => id !== this.#before[index]?.id);
    this.#before = tokens;
    let count = tokens.length - unsettledTokens;
    if (agreed >= 0) count = Math.min(count, agreed);
    for (; count > this.#settled.length; count--) {
      const settled = tokens.slice(0, count);
      if (!endsWhole(tokenizer, settled)) continue;
      this.#settled = settled;
      this.#text = new Answer(tokenizer, this.#options.steering.language, settled).shown;
      return;
    }
  }

  #result(audio: AudioChunk, answer: Answer, finishReason: FinishReason): ChunkResult {
    const { start, end, speech } = audio;
    const { text, language, pieces } = answer.end(this.#text.trimEnd());
    return {
      chunk: { start, end, speech, text, language, pieces, finishReason },
      ...this.#work(),
    };
  }

  /** What the section took so far. */
  #work(): Omit<ChunkResult, "chunk"> {
    return {
      inputTokens: this.#inputTokens,
      outputTokens: this.#outputTokens,
      times: this.#session.report(),
    };
  }
}

/** Whether the last character of the tokens' text has all its bytes. */
function endsWhole(tokenizer: Tokenizer, tokens: readonly Token[]): boolean {
  const decoder = new TokenDecoder(tokenizer);
  for (const { id } of tokens) decoder.push(id);
  return decoder.end() === "";
}
