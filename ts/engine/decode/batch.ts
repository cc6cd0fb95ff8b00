import type { LogitBias, LogitsProcessor } from "../../bias/logit-bias.ts";
import type { FinishReason } from "../../contract/transcript.ts";
import type { DecodingModel, DecodingSession } from "./decoding-model.ts";
import type { Hypothesis } from "./hypothesis.ts";

interface Waiting {
  session: DecodingSession;
  resolve: (token: number | null) => void;
  reject: (error: unknown) => void;
}

/** What ends a decoding loop besides the model, and who follows it. */
export interface GenerateOptions {
  /** Most tokens of the hypothesis. */
  maxTokens: number;
  /** The logit bias, token by token. */
  processor: LogitsProcessor | undefined;
  /** Asked after each token. */
  signal: AbortSignal | undefined;
  /** Takes the hypothesis each time when it has grown by a token. */
  onToken?: ((hypothesis: Hypothesis) => void) | undefined;
}

/**
 * Steps sessions together. Each decoding loop asks for its own next token; all that have asked when
 * the event loop comes round share one pass through the weights, so loops join and leave as they
 * like.
 */
export class Batch {
  readonly #model: DecodingModel;
  #waiting: Waiting[] = [];

  constructor(model: DecodingModel) {
    this.#model = model;
  }

  /** Adds tokens to the hypothesis until something ends it. */
  async generate(
    session: DecodingSession,
    hypothesis: Hypothesis,
    { maxTokens, processor, signal, onToken }: GenerateOptions,
  ): Promise<FinishReason> {
    for (const { id } of hypothesis.tokens) processor?.push(id);
    let bias = processor?.bias;
    setBias(session, bias);
    while (hypothesis.tokens.length < maxTokens) {
      const id = await this.next(session);
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

  /** The session's next token, null at its end. */
  next(session: DecodingSession): Promise<number | null> {
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    if (this.#waiting.length === 0) setImmediate(() => this.#step());
    this.#waiting.push({ session, resolve, reject });
    return promise;
  }

  #step(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const tokens = this.#model.step(waiting.map(({ session }) => session));
      for (const [index, { resolve }] of waiting.entries()) resolve(tokens[index] ?? null);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}

const noBias: LogitBias = { ids: new Int32Array(0), values: new Float32Array(0), only: false };

function setBias(session: DecodingSession, { ids, values, only }: LogitBias = noBias): void {
  session.bias(ids, values, only);
}
