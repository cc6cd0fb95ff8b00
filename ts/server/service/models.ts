import type { AudioInput } from "../../audio/input.ts";
import type { StreamEvent } from "../../contract/events.ts";
import type { StreamOptions } from "../../contract/options.ts";

/** What the server needs of an open model; `Asr` is one. */
export interface Recognizer {
  stream(input: AudioInput, options: StreamOptions): AsyncIterable<StreamEvent>;
  close(): Promise<void>;
}

/** An open model in someone's hands; disposing it gives it back. */
export interface Loan extends Disposable {
  /** The name under which it is served. */
  readonly name: string;
  readonly recognizer: Recognizer;
}

export interface ModelStatus {
  name: string;
  /** `idle`: it will be opened when somebody asks. */
  state: "idle" | "loading" | "loaded" | "failed";
}

/** The models of a server, by name. */
export interface Models {
  /** The names that are served; the first is the one that others stand for. */
  readonly names: readonly string[];
  /** The served name that a client's word means: unknown ones and aliases are the first. */
  nameOf(asked: string | undefined): string;
  /**
   * Waits for a place and for the model to be open. Throws `Problem` 503 with Retry-After where too
   * many wait or the server drains, and the signal's reason where the client left.
   */
  borrow(asked: string | undefined, signal: AbortSignal): Promise<Loan>;
  status(): readonly ModelStatus[];
  close(): Promise<void>;
}
