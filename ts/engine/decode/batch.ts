import type { LogitBias, LogitsProcessor } from "../../bias/logit-bias.ts";
import type { FinishReason } from "../../contract/transcript.ts";
import type { DecodingModel, DecodingSession } from "./decoding-model.ts";
import type { Hypothesis } from "./hypothesis.ts";
import type { DecodeParty, Stages } from "./stages.ts";

/** A token, null at the end, undefined for who left. */
type Next = number | null | undefined;

interface Waiting extends DecodeParty {
  session: DecodingSession;
  resolve: (token: Next) => void;
  reject: (error: unknown) => void;
}

/** What ends a decoding loop besides the model, and who follows it. */
export interface GenerateOptions extends DecodeParty {
  /** Most tokens of the hypothesis. */
  maxTokens: number;
  /** The logit bias, token by token. */
  processor: LogitsProcessor | undefined;
  /** Takes the hypothesis each time when it has grown by a token. */
  onToken?: ((hypothesis: Hypothesis) => void) | undefined;
}

/**
 * Steps sessions together. Each decoding loop asks for its own next token; all that have asked when
 * the event loop comes round share one pass through the weights, so loops join and leave as they
 * like.
 *
 * A step takes nearly as long for one session as for all. So a party that has a stage under way
 * waits for its end, when more of its own may share the step; only others are not kept waiting.
 */
export class Batch {
  readonly #model: DecodingModel;
  readonly #stages: Stages;
  #waiting: Waiting[] = [];

  constructor(model: DecodingModel, stages: Stages) {
    this.#model = model;
    this.#stages = stages;
  }

  /** Adds tokens to the hypothesis until something ends it. */
  async generate(
    session: DecodingSession,
    hypothesis: Hypothesis,
    options: GenerateOptions,
  ): Promise<FinishReason> {
    const { signal } = options;
    const leave = () => this.#leave(session);
    signal?.addEventListener("abort", leave);
    try {
      return await this.#generate(session, hypothesis, options);
    } finally {
      signal?.removeEventListener("abort", leave);
    }
  }

  async #generate(
    session: DecodingSession,
    hypothesis: Hypothesis,
    { maxTokens, processor, onToken, ...party }: GenerateOptions,
  ): Promise<FinishReason> {
    for (const { id } of hypothesis.tokens) processor?.push(id);
    let bias = processor?.bias;
    setBias(session, bias);
    while (hypothesis.tokens.length < maxTokens) {
      const id = await this.next(session, party);
      if (id === undefined) return "cancelled";
      if (id === null) return "eos";
      if (hypothesis.push(id, session.logprob)) return "loop";
      if (party.signal?.aborted) return "cancelled";
      onToken?.(hypothesis);
      processor?.push(id);
      if (processor?.bias !== bias) {
        bias = processor?.bias;
        setBias(session, bias);
      }
    }
    return "length";
  }

  /** The session's next token, null at its end; undefined where it left before the step. */
  next(session: DecodingSession, party: DecodeParty): Promise<Next> {
    const { promise, resolve, reject } = Promise.withResolvers<Next>();
    if (this.#waiting.length === 0) this.#schedule();
    this.#waiting.push({ ...party, session, resolve, reject });
    return promise;
  }

  /** Whoever leaves does not wait for the step of the others, nor for a slice before it. */
  #leave(session: DecodingSession): void {
    const left = this.#waiting.filter((waiting) => waiting.session === session);
    this.#waiting = this.#waiting.filter((waiting) => waiting.session !== session);
    for (const { resolve } of left) resolve(undefined);
  }

  #schedule(): void {
    setImmediate(() => {
      if (this.#waiting.length === 0) return;
      if (this.#waiting.every(({ party }) => this.#stages.isBusy(party))) this.#schedule();
      else this.#step();
    });
  }

  #step(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const tokens = this.#model.step(waiting.map(({ session }) => session));
      for (const [index, { resolve }] of waiting.entries()) resolve(tokens[index] ?? null);
      if (waiting.some(({ isLive }) => isLive)) this.#stages.giveWay();
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}

const noBias: LogitBias = { ids: new Int32Array(0), values: new Float32Array(0), only: false };

function setBias(session: DecodingSession, { ids, values, only }: LogitBias = noBias): void {
  session.bias(ids, values, only);
}
