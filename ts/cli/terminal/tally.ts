import type { AsrErrorCode } from "../../contract/errors.ts";
import { exitCodes } from "./exit-codes.ts";

/** How one input ended. */
export interface Ending {
  /** Why it failed; empty when it did not. */
  errors: readonly AsrErrorCode[];
  /** Whether the user's wish ended it. */
  interrupted: boolean;
  /** Whether text may be missing. */
  truncated: boolean;
}

/** Counts how inputs ended, for the last line and the exit status of a command. */
export class Tally {
  readonly #inputs: number;
  readonly #skipped: number;
  readonly #codes = new Set<AsrErrorCode>();
  #ok = 0;
  #failed = 0;
  #truncated = 0;

  /** `skipped` of the `inputs` are not looked at. */
  constructor(inputs: number, skipped: number) {
    this.#inputs = inputs;
    this.#skipped = skipped;
  }

  /** Returns whether the text of this input is whole and where it belongs. */
  add({ errors, interrupted, truncated }: Ending): boolean {
    for (const code of errors) this.#codes.add(code);
    if (errors.length > 0) this.#failed++;
    else if (!interrupted) this.#ok++;
    if (truncated) this.#truncated++;
    return errors.length === 0 && !interrupted && !truncated;
  }

  /** As in `3 ok, 1 failed`; undefined when there is nothing but success to tell. */
  get text(): string | undefined {
    const rest = this.#inputs - this.#skipped - this.#ok - this.#failed;
    const counts = [
      [this.#failed, "failed"],
      [this.#skipped, "skipped"],
      [rest, "not finished"],
    ] as const;
    const parts = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
    if (this.#inputs === 1 || parts.length === 0) return undefined;
    return [`${this.#ok} ok`, ...parts].join(", ");
  }

  /** That of the failures when all are of one kind, else 1; lost text is a failure, too. */
  get exitStatus(): number {
    const [code, ...others] = this.#codes;
    if (code !== undefined) return others.length > 0 ? exitCodes.input : exitCodes[code];
    return this.#truncated > 0 ? exitCodes.input : 0;
  }
}
