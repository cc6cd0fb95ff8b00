// This folder: the benches, a file each.

import type { Progress } from "../report/progress.ts";
import type { Table } from "../report/table.ts";

/** What the command line asked for. */
export interface BenchOptions {
  /** Fewer repetitions, shorter audio: all benches together within 3 minutes. */
  quick: boolean;
  /** Random weights at the published shapes where real ones are not given. */
  synthetic: boolean;
  /** Names of other implementations of the same model, some of which are large to install. */
  peers: readonly string[];
  /** Another checkout of this program, to measure in turns. */
  against?: string | undefined;
  /** Folders of Qwen3-ASR checkpoints. */
  models: readonly string[];
  /** whisper.cpp model files. */
  whisper: readonly string[];
  live: LiveOptions;
}

/** What the benches `live` and `align` hear, and how. */
export interface LiveOptions {
  /** Recordings and their texts, as for `wer`, to join; the demo's sample where it is absent. */
  manifest?: string | undefined;
  /** Least length of what they are joined to. */
  minutes?: number | undefined;
  chunkSeconds?: number | undefined;
  pauseSeconds?: number | undefined;
  stepSeconds?: number | undefined;
}

/** What one bench found. */
export interface BenchReport {
  tables: readonly Table[];
  /** What has to be known to read the tables, each a sentence. */
  notes: readonly string[];
  /** Raw samples and medians, in milliseconds and bytes. */
  data: object;
  /** Whether any row ran on random weights: then every output says so. */
  randomWeights: boolean;
  /** The kernel table that this program's model used. */
  kernels: string;
  /** Versions of what was measured, besides those of every bench. */
  versions?: Readonly<Record<string, string>>;
  /** Charts to put beside the result: file name and SVG text. */
  charts?: Readonly<Record<string, string>>;
}

/** One thing that `bun run bench NAME` measures. */
export interface Bench {
  /** One line for the usage text. */
  summary: string;
  run(options: BenchOptions, progress: Progress): Promise<BenchReport>;
}
