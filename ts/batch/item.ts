// This folder: archives: manifests, plans, what workers are told and answer, and what came of it.

/** A recording of an archive, as its manifest names it: a line of JSON. */
export interface Item {
  /** What its row is known by. */
  id: string;
  /** The path of a file, or `s3://bucket/key`. */
  audio: string;
  /** Its length in seconds: shards are packed by it. */
  duration_s?: number;
  language?: string;
  /** The part that is heard, in seconds. */
  start_s?: number;
  end_s?: number;
  /** Whatever its owner wants to find in its row. */
  meta?: unknown;
}

/** What became of an item, in the parts of an output. It has neither a clock nor a host in it. */
export type Row = { id: string; meta?: unknown } & (Heard | Failed);

/** What was said. */
export interface Heard {
  text: string;
  /** Names of the languages, as a transcript has them. */
  language: string;
  duration_s: number;
  /** Present where text may be missing, with why writing ended. */
  truncated?: true;
  finish_reason?: string;
  /** Sentences with their times, where the plan asks for them. */
  segments?: readonly object[];
}

/** Why there is no text. */
export interface Failed {
  error: {
    /** `input` and other codes of bun-asr, `worker_crash`, `worker_timeout`, `lost`. */
    code: string;
    message: string;
    attempts: number;
  };
}
