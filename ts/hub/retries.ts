import type { Tuning } from "./tuning.ts";

/** A failure that may be gone at the next try. */
export class Fault extends Error {
  /** What the hub asked for with Retry-After. */
  readonly retryAfterMs: number | undefined;
  /** Why no connection came about, if none did: most likely there is no network. */
  readonly unreachable: string | undefined;
  /** After how many failures in a row this kind is taken for final; undefined is many. */
  readonly attempts: number | undefined;

  constructor(
    message: string,
    options: { retryAfterMs?: number; unreachable?: string; attempts?: number } = {},
  ) {
    super(message);
    this.retryAfterMs = options.retryAfterMs;
    this.unreachable = options.unreachable;
    this.attempts = options.attempts;
  }
}

/** What is over sooner, failures and waits together, is not worth a word. */
const silentMs = 1000;

/** For whom requests are tried again. */
export interface RetryContext {
  tuning: Tuning;
  /** Called with what is going to be tried again, where that takes more than a moment. */
  tell(note: string): void;
}

/** Counts the failures in a row of one request, and waits longer after each. */
export class Retries {
  readonly #context: RetryContext;
  readonly #signal: AbortSignal;
  #failures = 0;
  /** Those among them that say themselves after how many they are final. */
  #refusals = 0;
  /** When something came through last. */
  #since = performance.now();

  constructor(context: RetryContext, signal: AbortSignal) {
    this.#context = context;
    this.#signal = signal;
  }

  /** Call when something came through. */
  progress(): void {
    [this.#failures, this.#refusals, this.#since] = [0, 0, performance.now()];
  }

  /** Waits before the next try, or throws `failure` when there should be none. */
  async after(failure: unknown): Promise<void> {
    this.#signal.throwIfAborted();
    const { attempts, backoffMs, maxBackoffMs, maxRetryAfterMs } = this.#context.tuning;
    if (!(failure instanceof Fault)) throw failure;
    if (++this.#failures >= attempts) throw failure;
    if (failure.attempts !== undefined && ++this.#refusals >= failure.attempts) throw failure;
    const asked = failure.retryAfterMs ?? 0;
    if (asked > maxRetryAfterMs) throw failure;
    const backoff = Math.min(backoffMs * 2 ** (this.#failures - 1), maxBackoffMs);
    // Jitter keeps many clients from coming back at the same moment.
    const ms = Math.max(asked, backoff * (0.5 + Math.random() / 2));
    const lostMs = performance.now() - this.#since + ms;
    if (lostMs >= silentMs) this.#context.tell(`${failure.message}; trying again`);
    await pause(ms, this.#signal);
  }
}

/** Tries to connect, after which the first request is given up: a network does not come soon. */
const attemptsToConnect = 3;

/** Runs the first request of a command until it does not throw a `Fault`, within bounds. */
export async function withRetries<T>(
  context: RetryContext,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  const retries = new Retries(context, signal);
  for (let unreachable = 0; ; ) {
    try {
      return await action();
    } catch (error) {
      const isUnreachable = error instanceof Fault && error.unreachable !== undefined;
      if (isUnreachable && ++unreachable >= attemptsToConnect) throw error;
      await retries.after(error);
    }
  }
}

/** Sleeps; an abort ends it with the signal's reason. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => reject(signal.reason);
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  });
}
