import { Captions } from "./captions.ts";
import { type Microphone, openMicrophone } from "./microphone.ts";
import { errorIn, models, type Settings } from "./service.ts";
import { Session } from "./session.ts";
import { Spoken } from "./spoken.ts";
import type { Take, TakeState } from "./take.ts";
import { away, notConnected, sentence, type Trouble, TroubleError } from "./troubles.ts";
import { Tape } from "./wav.ts";

/** What is told while the page listens. */
export interface ListeningEvents {
  /** The take has changed. */
  changed(): void;
  /** How loud it is, from 0 to 1; ten times a second. */
  level(peak: number): void;
  /** Sentences are settled. */
  settled(text: string, language: string): void;
  trouble(trouble: Trouble): void;
  /** The microphone is off, and nothing more will come. */
  ended(): void;
}

/** The longest time without an event while the last words are written. */
const patienceMs = 60_000;
/** A session refuses to commit what has no speech in it: then there is nothing to wait for. */
const nothingSaid = "input_audio_buffer_commit_empty";

/** A microphone and the session that writes what it hears. */
export class Listening {
  readonly #take: Take;
  readonly #events: ListeningEvents;
  readonly #captions = new Captions();
  readonly #spoken = new Spoken();
  readonly #tape = new Tape();
  readonly #ended = Promise.withResolvers<void>();
  #session: Session | undefined;
  /** What was heard before there was a session. */
  #early: Uint8Array[] = [];
  #microphone: Microphone | undefined;
  #isCommitted = false;
  #trouble: Trouble | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(take: Take, events: ListeningEvents) {
    this.#take = take;
    this.#events = events;
  }

  get state(): TakeState {
    return this.#take.state;
  }

  /** How much was heard so far. */
  get seconds(): number {
    return this.#take.duration ?? 0;
  }

  /** Throws `TroubleError` where there is no microphone, or no server. */
  async start(settings: Settings): Promise<void> {
    // A WebSocket that is refused does not tell why; this does.
    await models();
    this.#microphone = await openMicrophone({
      piece: ({ pcm, peak }) => {
        this.#take.duration = (this.#take.duration ?? 0) + pcm.length / 32000;
        this.#tape.push(pcm);
        if (this.#session === undefined) this.#early.push(pcm);
        else this.#session.append(pcm);
        this.#events.level(peak);
      },
      lost: () =>
        this.#fail({ kind: "microphone", text: "The microphone is gone. What it heard is kept." }),
    });
    try {
      this.#session = new Session(settings, {
        event: (event) => this.#onEvent(event),
        error: (message, code) => this.#onError(message, code),
        lost: () => this.#onLost(),
      });
    } catch {
      await this.#microphone.stop();
      const text = "This key has characters that browsers cannot send with live captions.";
      throw new TroubleError({ kind: "key", text });
    }
    for (const pcm of this.#early) this.#session.append(pcm);
    this.#early = [];
    this.#take.state = "listening";
    this.#events.changed();
  }

  /** Ends the microphone and waits for the last words. */
  async stop(): Promise<void> {
    if (this.#take.state !== "listening") return;
    this.#take.state = "ending";
    this.#events.changed();
    await this.#microphone?.stop();
    this.#session?.commit();
    this.#wait();
    await this.#ended.promise;
    clearTimeout(this.#timer);
    this.#finish();
  }

  /** Waits for the next event of those that are still to come. */
  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(away), patienceMs);
  }

  /** Something went wrong while the last words were written. */
  #end(trouble: Trouble): void {
    this.#trouble = trouble;
    this.#events.trouble(trouble);
    this.#ended.resolve();
  }

  #onEvent(event: Readonly<Record<string, unknown>>): void {
    if (this.#take.state === "ending") this.#wait();
    if (event["type"] === "input_audio_buffer.committed" && this.#take.state === "ending")
      this.#isCommitted = true;
    const failure = errorIn(event);
    if (failure !== undefined && event["type"] !== "error") {
      this.#trouble = { kind: "fault", text: sentence(failure) };
      this.#events.trouble(this.#trouble);
    }
    const turn = this.#captions.take(event);
    if (turn === undefined) return;
    this.#take.turns = this.#captions.turns;
    const fresh = this.#spoken.fresh(turn);
    if (fresh !== "") this.#events.settled(fresh, turn.language);
    this.#events.changed();
    this.#endIfQuiet();
  }

  #endIfQuiet(): void {
    if (this.#isCommitted && !this.#captions.areOpen) this.#ended.resolve();
  }

  #onError(message: string, code: string): void {
    if (code === nothingSaid) {
      this.#isCommitted = true;
      this.#endIfQuiet();
    } else this.#events.trouble({ kind: "refused", text: sentence(message) });
  }

  #onLost(): void {
    if (this.#take.state === "ending") this.#end(away);
    else this.#fail(this.#session?.isOpen === false ? notConnected : away);
  }

  #fail(trouble: Trouble): void {
    void this.#microphone?.stop();
    this.#trouble = trouble;
    this.#finish();
    this.#events.trouble(trouble);
  }

  #finish(): void {
    this.#session?.close();
    this.#take.result = this.#captions.result(this.#take.duration ?? 0);
    this.#take.turns = [];
    if (this.#take.duration !== undefined) this.#take.file = this.#tape.file(this.#take.name);
    if (this.#trouble === undefined) this.#take.state = "done";
    else this.#take.fail(this.#trouble);
    this.#events.ended();
    this.#events.changed();
  }
}
