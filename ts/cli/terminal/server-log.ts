import { AsrError } from "../../contract/errors.ts";
import type { Answered } from "../../server/app.ts";
import type { ModelEvent } from "../../server/models/served-model.ts";
import type { Terminal } from "./terminal.ts";

/** What a server tells on standard error: nothing of what is said in recordings. */
export class ServerLog {
  readonly #terminal: Terminal;
  readonly #verbose: boolean;

  /** `verbose`: not only what is wrong. */
  constructor(terminal: Terminal, verbose: boolean) {
    this.#terminal = terminal;
    this.#verbose = verbose;
  }

  answered({ id, method, path, status, seconds, code, fault }: Answered): void {
    const why = code === undefined ? "" : ` ${code}`;
    if (this.#verbose) {
      this.#line(`${method} ${path} ${status}${why} ${seconds.toFixed(3)} s ${id}`);
    }
    if (fault !== undefined) this.#line(`error: ${id}: ${traceOf(fault)}`);
  }

  fault(thrown: unknown): void {
    this.#line(`error: ${traceOf(thrown)}`);
  }

  model({ name, change, error }: ModelEvent): void {
    if (change === "failed") this.#line(`error: ${name}: ${traceOf(error)}`);
    else if (this.#verbose) this.#line(`${name} ${change}`);
  }

  #line(text: string): void {
    this.#terminal.note(`${new Date().toISOString()} ${text}\n`);
  }
}

/** A fault of the program is told with its trace, and what is not with what to do about it. */
function traceOf(thrown: unknown): string {
  if (thrown instanceof AsrError && thrown.code !== "internal") return thrown.oneLine;
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
