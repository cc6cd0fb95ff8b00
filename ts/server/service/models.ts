import type { AudioInput } from "../../audio/input.ts";
import type { Alignment, GivenText } from "../../contract/alignment.ts";
import type { StreamEvent } from "../../contract/events.ts";
import type { AlignOptions, StreamOptions } from "../../contract/options.ts";

/** What the server needs of an open model; `Asr` is one. */
export interface Recognizer {
  stream(input: AudioInput, options: StreamOptions): AsyncIterable<StreamEvent>;
  align(input: AudioInput, text: GivenText, options: AlignOptions): Promise<Alignment>;
  close(): Promise<void>;
}

/** An open model in someone's hands; disposing it gives it back. */
export interface Loan extends Disposable {
  /** The name under which it is served. */
  readonly name: string;
  readonly recognizer: Recognizer;
}

/** What a model is wanted for. */
export interface BorrowOptions {
  /**
   * For sound that comes as it is said. A live loan takes no place and waits for none: it may last
   * for hours, and what is said must be heard at once; the engine shares its turns out among all
   * calls. How many there are is bounded by `maxSockets`. An idle socket should not hold one, so
   * that the model can be unloaded.
   */
  isLive?: boolean;
}

export interface ModelStatus {
  name: string;
  /** `idle`: it will be opened when somebody asks; `failed`: it could not be, a moment ago. */
  state: "idle" | "loading" | "loaded" | "failed";
  /** Loans of recordings, and of live streams. */
  running: number;
  live: number;
  /** Requests that wait for a place. */
  waiting: number;
  /** Bytes of its weights; undefined until it was opened for the first time. */
  bytes: number | undefined;
  /** Codes of the languages that it knows; undefined until it told, and where it tells none. */
  languages: readonly string[] | undefined;
  /** Whether it was open since the server started. */
  wasLoaded: boolean;
}

/** The models of a server, by name. */
export interface Models {
  /** The names that are served; the first is the one that others stand for. */
  readonly names: readonly string[];
  /** Names of OpenAI's models that clients send: they mean the first. */
  readonly aliases: readonly string[];
  /** The served name that a word means, as an alias does; undefined for one that nobody knows. */
  find(asked: string): string | undefined;
  /** The served name that a client's word means: unknown ones and aliases are the first. */
  nameOf(asked: string | undefined): string;
  /**
   * Throws the `Problem` 503 of `borrow` where no model could take another request now: who would
   * be refused need not send a recording first.
   */
  checkRoom(): void;
  /**
   * Waits for a place and for the model to be open. Throws `Problem` 503 with Retry-After where too
   * many wait or all is closed, and the signal's reason where the client left.
   */
  borrow(asked: string | undefined, signal: AbortSignal, options?: BorrowOptions): Promise<Loan>;
  status(): readonly ModelStatus[];
  /** Lends nothing more, ends what is under way, and closes all. */
  close(): Promise<void>;
}
