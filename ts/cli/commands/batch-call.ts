import type { BatchFlags } from "../flags/batch-flags.ts";

/** What an action of `batch` is told. */
export interface BatchCall {
  /** A folder, or s3://bucket/path. */
  out: string;
  flags: BatchFlags;
  quiet: boolean;
}
