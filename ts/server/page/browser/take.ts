import type { Turn } from "./captions.ts";
import { emptyResult, type Result } from "./result.ts";
import type { Trouble } from "./troubles.ts";

/** How far a take is. `busy`: the server has no place, and it is tried again. */
export type TakeState =
  | "waiting"
  | "busy"
  | "sending"
  | "hearing"
  | "listening"
  | "ending"
  | "done"
  | "failed"
  | "stopped";

/** One recording: a file, or what a microphone heard. */
export class Take {
  readonly name: string;
  /** Of a microphone what it heard, once it is off. */
  file: File | undefined;
  /** Whether it is of a microphone. */
  readonly isLive: boolean;
  state: TakeState = "waiting";
  /** The share that is sent or heard, from 0 to 1; undefined where it is unknown. */
  share: number | undefined;
  result: Result = emptyResult();
  /** Why it failed; undefined where it did not. */
  trouble: Trouble | undefined;
  /** The turns of a microphone while it is listened to. */
  turns: readonly Turn[] = [];
  /** Seconds that were heard, or of the file as the player knows it. */
  duration: number | undefined;
  #controller = new AbortController();

  constructor(name: string, file?: File) {
    this.name = name;
    this.file = file;
    this.isLive = file === undefined;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isUnderWay(): boolean {
    return !["done", "failed", "stopped"].includes(this.state);
  }

  /** Whether nobody else has what it holds: what a microphone heard lies in this page alone. */
  get isPrecious(): boolean {
    return this.isLive && (this.file !== undefined || this.result.text !== "");
  }

  fail(trouble: Trouble): void {
    this.state = "failed";
    this.trouble = trouble;
  }

  cancel(): void {
    this.#controller.abort();
  }

  /** Makes it as it was before its turn came. */
  renew(): void {
    this.#controller = new AbortController();
    this.state = "waiting";
    this.share = undefined;
    this.trouble = undefined;
    this.result = emptyResult();
  }

  /** Its name as that of a file to download, without an extension. */
  get stem(): string {
    return this.isLive ? this.name : this.name.replace(/\.[^.]+$/, "");
  }
}
