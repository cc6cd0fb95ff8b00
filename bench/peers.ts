import type { BenchOptions } from "./bench.ts";
import type { Progress } from "./progress.ts";

/** Another implementation of the same model. */
export interface Peer {
  label: string;
  framework: string;
  isRandom: boolean;
  /** Longest time for opening and for one run, in milliseconds. */
  limitMs: number;
  /** Installs what is missing and gives the command that serves it, see `Subject`. */
  command(): Promise<string[]>;
}

export function peers(_options: BenchOptions, _progress: Progress): Peer[] {
  return [];
}
