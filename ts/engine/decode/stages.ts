/** Whose stages are finished: of a recognizer, or of an aligner. */
export interface StagedSession {
  /** Does a slice of the stage that was begun; returns how many slices are left. */
  work(): number;
}

/** For whom something is decoded. */
export interface DecodeParty {
  /** Parties take turns. */
  party: object;
  signal?: AbortSignal | undefined;
  /** Whether somebody waits for the text while they speak. */
  isLive?: boolean | undefined;
}

/** A stage that a session has begun. */
interface Stage {
  session: StagedSession;
  signal: AbortSignal | undefined;
  isStarted: boolean;
  resolve: (isFinished: boolean) => void;
  reject: (error: unknown) => void;
}

/** So often in a row a slice of a recording waits for the next token of a live stream. */
const maxGivenWay = 3;

/**
 * Finishes the stages that sessions have begun, one slice each time when the event loop comes
 * round, so that timers, signals, messages and steps of the batch wait for one slice at most.
 * Parties take turns slice by slice; the stages of one party go one after the other. Live streams
 * have every other slice, however many recordings there are.
 */
export class Stages {
  readonly #recordings = new Ring();
  readonly #streams = new Ring();
  #isScheduled = false;
  /** Whether the last slice was one of a live stream. */
  #wasLive = false;
  #isAsked = false;
  #givenWay = 0;

  /**
   * Finishes the stage that the session has begun. Resolves to false when the signal ended it
   * early; the session has to be closed then. Fails as the slice did that failed.
   */
  finish(session: StagedSession, { party, signal, isLive }: DecodeParty): Promise<boolean> {
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const stage = { session, signal, isStarted: false, resolve, reject };
    (isLive ? this.#streams : this.#recordings).add(party, stage);
    this.#schedule();
    return promise;
  }

  /** Whether a stage of the party is under way, and not just waiting for its first slice. */
  isBusy(party: object): boolean {
    return this.#recordings.isBusy(party) || this.#streams.isBusy(party);
  }

  /** A live stream has a token and will want the next one: a slice is longer than a step. */
  giveWay(): void {
    this.#isAsked = true;
  }

  #schedule(): void {
    if (this.#isScheduled || (this.#recordings.isEmpty && this.#streams.isEmpty)) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#turn();
      this.#schedule();
    });
  }

  #turn(): void {
    this.#recordings.dropAborted();
    this.#streams.dropAborted();
    const isLive = !this.#streams.isEmpty && (!this.#wasLive || this.#recordings.isEmpty);
    const waits = this.#isAsked && this.#givenWay < maxGivenWay;
    this.#isAsked = false;
    if (!isLive && waits) {
      this.#givenWay++;
      return;
    }
    if (!isLive) this.#givenWay = 0;
    this.#wasLive = isLive;
    (isLive ? this.#streams : this.#recordings).turn();
  }
}

/** Parties with the stages that they have begun, in the order of their next turn. */
class Ring {
  readonly #waiting = new Map<object, Stage[]>();

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  add(party: object, stage: Stage): void {
    const queue = this.#waiting.get(party);
    if (queue === undefined) this.#waiting.set(party, [stage]);
    else queue.push(stage);
  }

  isBusy(party: object): boolean {
    return this.#waiting.get(party)?.[0]?.isStarted === true;
  }

  /** Whoever left need not wait for the turn of their party. */
  dropAborted(): void {
    for (const [party, queue] of this.#waiting) {
      const left = queue.filter(({ signal }) => signal?.aborted);
      if (left.length === 0) continue;
      for (const { resolve } of left) resolve(false);
      const rest = queue.filter((stage) => !left.includes(stage));
      if (rest.length > 0) this.#waiting.set(party, rest);
      else this.#waiting.delete(party);
    }
  }

  /** Does a slice of the party whose turn it is. */
  turn(): void {
    for (const [party, queue] of this.#waiting) {
      // A map keeps the order of insertion: taken out and put in again, a party is the last.
      this.#waiting.delete(party);
      if (advance(queue[0]!)) queue.shift();
      if (queue.length > 0) this.#waiting.set(party, queue);
      return;
    }
  }
}

/** Does a slice of the stage. Returns whether the stage has ended. */
function advance(stage: Stage): boolean {
  const { session, resolve, reject } = stage;
  stage.isStarted = true;
  try {
    if (session.work() > 0) return false;
    resolve(true);
  } catch (error) {
    reject(error);
  }
  return true;
}
