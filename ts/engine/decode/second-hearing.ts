import type { Instead } from "../../contract/alignment.ts";
import type { DecodingSession } from "./decoding-model.ts";
import type { Engine } from "./engine.ts";
import { Hypothesis, type Token } from "./hypothesis.ts";
import type { DecodeParty } from "./stages.ts";

/** Whoever knows better what was said, as by a text that is given. */
export interface Prompter {
  /** What may have been said instead, in order, by the text of an answer and its language. */
  instead(text: string, language: string): Promise<readonly Instead[]>;
}

/** An answer in a session, behind a prompt. */
export interface Answered {
  session: DecodingSession;
  prompt: Int32Array;
  hypothesis: Hypothesis;
}

/** How an answer was decoded. */
export interface HearingOptions {
  party: DecodeParty;
  /** The language that the prompt named. */
  language: string | undefined;
  /** Most tokens of an answer. */
  maxTokens: number;
}

/**
 * What was said, the model finds as likely as this, in the mean and token by token (natural
 * logarithms), when it has to write it; what was not said, at some token not at all. So it was with
 * the demo model and hundreds of changes to what was said.
 */
const [minMean, minToken] = [-2, -7];

function isLikely(tokens: readonly Token[]): boolean {
  const mean = tokens.reduce((sum, { logprob }) => sum + logprob, 0) / tokens.length;
  return mean >= minMean && tokens.every(({ logprob }) => logprob >= minToken);
}

/**
 * Lets a model judge whether something else was said than it wrote: it has to write that, and where
 * it finds it likely enough by what it hears, that is its answer. The session has fed the answer
 * then. Undefined when the signal ended it.
 */
export async function heardAgain(
  engine: Engine,
  { session, prompt, hypothesis }: Answered,
  { text, language }: { text: string; language: string },
  prompter: Prompter,
  { party, language: forced, maxTokens }: HearingOptions,
): Promise<Hypothesis | undefined> {
  const choices = await prompter.instead(text, language);
  if (choices.length === 0) return hypothesis;
  const answer = new FedAnswer(engine, session, prompt, hypothesis.tokens, party);
  const places = new Map<number, number>();
  for (const { token, from } of hypothesis.pieces(text)) {
    if (!places.has(from)) places.set(from, token);
  }
  let next = 0;
  let isOther = false;
  for (const { from, to, text: instead } of choices) {
    const [first, end] = [places.get(from), places.get(to)];
    // Tokens that lie across the border would be said twice.
    if (first === undefined || end === undefined || first < next) continue;
    answer.kept.push(...hypothesis.tokens.slice(next, first));
    next = first;
    const ids = engine.tokenizer.encodePlain(instead);
    const length = answer.kept.length + ids.length + hypothesis.tokens.length - end;
    if (length > maxTokens) continue;
    const tokens = await answer.written(ids);
    if (tokens === undefined) return undefined;
    if (!isLikely(tokens)) continue;
    answer.kept.push(...tokens);
    isOther = true;
    next = end;
  }
  answer.kept.push(...hypothesis.tokens.slice(next));
  const other = isOther ? wholeOf(engine, forced, answer.kept) : undefined;
  if (other === undefined) answer.kept.splice(0, Number.POSITIVE_INFINITY, ...hypothesis.tokens);
  return (await answer.feed()) ? (other ?? hypothesis) : undefined;
}

/** The hypothesis of these tokens; undefined where it would be cut, or no plain text. */
function wholeOf(
  { tokenizer }: Engine,
  language: string | undefined,
  tokens: readonly Token[],
): Hypothesis | undefined {
  const hypothesis = new Hypothesis(tokenizer, language);
  for (const { id, logprob } of tokens) if (hypothesis.push(id, logprob)) return undefined;
  return hypothesis.isGarbled ? undefined : hypothesis;
}

/** Tokens behind a prompt, of which a session may have fed others. */
class FedAnswer {
  readonly #engine: Engine;
  readonly #session: DecodingSession;
  readonly #prompt: Int32Array;
  readonly #party: DecodeParty;
  /** What the session has behind the prompt. */
  #fed: readonly number[];
  /** What it is to have. */
  readonly kept: Token[] = [];

  constructor(
    engine: Engine,
    session: DecodingSession,
    prompt: Int32Array,
    fed: readonly Token[],
    party: DecodeParty,
  ) {
    this.#engine = engine;
    this.#session = session;
    this.#prompt = prompt;
    this.#party = party;
    this.#fed = fed.map(({ id }) => id);
  }

  /** Feeds what is kept, in place of what else was fed. Returns whether the signal let it. */
  async feed(): Promise<boolean> {
    const ids = this.kept.map(({ id }) => id);
    let common = 0;
    while (common < ids.length && ids[common] === this.#fed[common]) common++;
    // The last token is fed again, so that the session has what it chooses from.
    const from = this.#prompt.length + common - 1;
    this.#session.rewind(from);
    this.#session.prefill(
      Int32Array.of(...this.#prompt.subarray(from), ...ids.slice(Math.max(0, common - 1))),
    );
    this.#fed = ids;
    return await this.#engine.stages.finish(this.#session, this.#party);
  }

  /** Has the model write tokens behind what is kept. Undefined when the signal ended it. */
  async written(ids: readonly number[]): Promise<Token[] | undefined> {
    if (!(await this.feed())) return undefined;
    const tokens: Token[] = [];
    for (const id of ids) {
      this.#session.bias(Int32Array.of(id), Float32Array.of(0), true);
      const written = await this.#engine.batch.next(this.#session, this.#party);
      if (written === undefined || this.#party.signal?.aborted) return undefined;
      tokens.push({ id, logprob: this.#session.logprob });
    }
    this.#session.bias(new Int32Array(0), new Float32Array(0));
    this.#fed = [...this.#fed, ...ids];
    return tokens;
  }
}
