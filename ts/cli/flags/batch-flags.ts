import type { FlagTable, GivenFlags } from "./flags.ts";
import { optionFlags } from "./option-flags.ts";

/** What rows depend on: a plan keeps it, and every worker has it. */
const aboutRows = {
  ...optionFlags("model"),
  revision: { value: "REV", help: "branch, tag or commit of a model of the hub" },
  ...optionFlags(
    ...(["precision", "aligner", "language", "languages", "prompt", "keywords"] as const),
    ...(["audioTrack", "channel", "maxSeconds", "chunkSeconds", "vad", "pauseSeconds"] as const),
    ...(["maxTokens", "temperature"] as const),
    "words",
  ),
} as const;

/** What machines may do differently with the same rows. */
const aboutMachines = optionFlags("threads", "batch", "offline", "cacheDir");

/** The flags of `batch`. */
export const batchFlags = {
  Options: {
    out: {
      short: "o",
      value: "DIR",
      help: "a folder that all machines share, or s3://BUCKET/PATH",
    },
    quiet: { short: "q", help: "no notes and no progress on standard error" },
    help: { short: "h", help: "this text" },
  },
  "Of plan": {
    manifest: { value: "FILE", help: "a recording a line: id, audio, duration_s …" },
    "shard-minutes": {
      kind: { type: "number", min: 1, max: 1440 },
      default: 60,
      help: "of audio in a shard, which is what is run again when a machine is lost",
    },
    segments: { help: "rows have sentences with their times, too" },
    ...aboutRows,
  },
  "Of run": {
    engine: {
      kind: { type: "choice", choices: ["local", "ray"] },
      default: "local",
      help: "who shares out the shards",
    },
    workers: {
      kind: { type: "number", min: 1, max: 64, isWhole: true },
      default: 1,
      help: "processes with a model each, of --engine local",
    },
    slice: { value: "I/N", help: "every Nth shard from I on, 0 to N - 1: the task of an array" },
    address: { value: "HOST:PORT", help: "the head, of --engine ray (default: of this machine)" },
    "bun-asr": { value: "COMMAND", help: "bun-asr on the machines of Ray (default: bun-asr)" },
    "item-timeout": {
      kind: { type: "number", min: 1, max: 86_400 },
      default: 300,
      help: "seconds without a sign of an item, or twice its length, until its worker is ended",
    },
    "metrics-port": {
      kind: { type: "number", min: 1, max: 65_535, isWhole: true },
      help: "figures for Prometheus at http://127.0.0.1:N/metrics",
    },
    ...aboutMachines,
  },
  "Of verify": {
    failed: { value: "FILE", help: "writes a manifest of what failed, to be planned again" },
    json: { help: "the report as JSON" },
  },
} as const satisfies FlagTable;

/** What `batch` was given. */
export type BatchFlags = GivenFlags<typeof batchFlags>;

type Flag = Parameters<BatchFlags["has"]>[0];

/** The flags that a command line has of a group, as a worker takes them. */
export function workerFlags(given: BatchFlags, group: "rows" | "machines"): string[] {
  const table = group === "rows" ? aboutRows : aboutMachines;
  // The plan names its model apart.
  const names = Object.keys(table).filter((name) => name !== "model" && name !== "revision");
  return (names as Flag[]).flatMap((name) => {
    if (!given.has(name)) return [];
    const value = given.value(name);
    if (value === true) return [`--${name}`];
    return given.list(name).map((text) => `--${name}=${text}`);
  });
}
