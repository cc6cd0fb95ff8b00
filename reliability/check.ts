// This folder: attacks on the program, many at once and the same ones for the same seed: hostile
// checkpoints, recordings, hubs and users, each in a process of its own that may not crash.

/** Numbers in [0, 1), the same ones for the same seed and input. */
export type Random = () => number;

/** What a check is and has to give. */
export interface Check {
  /** As in docs/reliability.md. */
  number: number;
  title: string;
  /** What is tried. */
  tries: string;
  /** Inputs of a whole run. */
  inputs: number;
  /** Those of the run that is part of the tests. */
  inputsOfTest: number;
  /** An input that takes longer hangs. Default 60,000. */
  hangMs?: number;
  /** Why it cannot be run on this machine. */
  notRun?(): Promise<string | undefined>;
}

/** The inputs of a check, and what the program makes of each. */
export interface Trials<Input = unknown> {
  /** Makes an input. */
  input(random: Random, index: number): Input;
  /** Gives an input to the program; returns what is wrong with what came of it. */
  judge(input: Input, index: number): string | undefined | Promise<string | undefined>;
  /** Figures worth a word: what was measured, how many were accepted. */
  figures?(): string[];
  close?(): void | Promise<void>;
}

/** A module under checks/. */
export interface CheckModule {
  check: Check;
  /** Begins to try. `folder` is empty, on a fast disk, and removed afterwards. */
  open(folder: string): Trials<never> | Promise<Trials<never>>;
}

/** An input that something was wrong with. */
export interface Failure {
  index: number;
  kind: "crash" | "hang" | "wrong";
  why: string;
}

/** What a check found. */
export interface Findings {
  inputs: number;
  failures: Failure[];
  figures: string[];
  seconds: number;
}

export function countOf({ failures }: Findings, kind: Failure["kind"]): number {
  return failures.filter((failure) => failure.kind === kind).length;
}
