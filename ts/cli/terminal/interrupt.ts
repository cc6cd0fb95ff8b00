import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { AsrError } from "../../contract/errors.ts";

const always = ["SIGINT", "SIGTERM"] as const;

/**
 * One Ctrl-C comes twice to a program that `bun run` has started: from the terminal, and passed on
 * by `bun run`. What comes so soon after the first, in milliseconds, is the same key.
 */
const sameKeyMs = 500;

/**
 * Listens to the signals that ask a program to end. The first one aborts `signal`, so that what is
 * finished can be written; the second one ends the program at once. With `stop`, the first one is
 * the user's way to say that there is no more to come: it calls `stop`, and the others follow.
 */
export class Interrupt implements Disposable {
  readonly #controller = new AbortController();
  #stop: (() => void) | undefined;
  readonly #hint: string | undefined;
  readonly #signals: readonly NodeJS.Signals[];
  #last: { name: NodeJS.Signals; at: number } | undefined;
  readonly #listener = (name: NodeJS.Signals) => {
    const [before, at] = [this.#last, performance.now()];
    this.#last = { name, at };
    if (before?.name === name && at - before.at < sameKeyMs) return;
    if (this.#stop !== undefined) {
      this.#stop();
      this.#stop = undefined;
      return;
    }
    if (this.#controller.signal.aborted) process.exit(128 + (constants.signals[name] ?? 0));
    this.status = 128 + constants.signals[name];
    this.abort();
  };
  /** The exit status that the signal asks for; undefined while none came. */
  status: number | undefined;

  /** `hint` tells what the first signal leaves behind. */
  constructor(stop?: () => void, hint?: string) {
    this.#stop = stop;
    this.#hint = hint;
    this.#signals = isHangupIgnored() ? always : [...always, "SIGHUP"];
    for (const name of this.#signals) process.on(name, this.#listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the work without a signal. */
  abort(): void {
    this.#controller.abort(new AsrError("aborted", "interrupted", this.#hint));
  }

  [Symbol.dispose](): void {
    for (const name of this.#signals) process.off(name, this.#listener);
  }
}

/**
 * Whether this process goes on when its terminal is closed, as `nohup` has it: a listener would
 * end that. Where the system does not tell, it is what `nohup` makes of the output.
 */
function isHangupIgnored(): boolean {
  try {
    const status = readFileSync("/proc/self/status", "latin1");
    const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0";
    return (BigInt(`0x${ignored}`) >> BigInt(constants.signals.SIGHUP - 1)) % 2n === 1n;
  } catch {
    return !process.stdout.isTTY && !process.stderr.isTTY;
  }
}
