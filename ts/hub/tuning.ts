import { statfs, symlink } from "node:fs/promises";

/** How transfers behave. Tests make the sizes and the times small. */
export interface Tuning {
  /** Requests at once. */
  connections: number;
  /** Most bytes of one request, so that a file is spread over the connections. */
  rangeBytes: number;
  /** Bytes that are hashed, written and noted at a time: what a kill can lose of each request. */
  blockBytes: number;
  /** Failures in a row, without a block between them, after which a request is given up. */
  attempts: number;
  /** Wait after the first failure; it doubles with each one more. */
  backoffMs: number;
  maxBackoffMs: number;
  /** A hub that asks for more patience than this is not waited for. */
  maxRetryAfterMs: number;
  /** A request that is not answered for longer is given up. */
  answerMs: number;
  /** An answer that is silent for longer is given up. */
  stallMs: number;
  /** One that brings less than this, over as long a time, is given up as well. */
  minBytesPerSecond: number;
  /** How often the holder of a lock shows that it lives. */
  beatMs: number;
  /** Free bytes of the file system that holds a folder. */
  freeBytes(folder: string): Promise<number>;
  link(target: string, path: string): Promise<void>;
}

export const defaultTuning: Readonly<Tuning> = {
  connections: 4,
  // Together with the connections: a kill costs 16 MB at most, whatever was on its way.
  rangeBytes: 4e6,
  blockBytes: 1e6,
  attempts: 7,
  backoffMs: 500,
  maxBackoffMs: 30_000,
  maxRetryAfterMs: 5 * 60_000,
  answerMs: 10_000,
  stallMs: 30_000,
  // Connections share the line: all together that is 1 kB/s, at which no model ever arrives.
  minBytesPerSecond: 250,
  beatMs: 1000,
  async freeBytes(folder) {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
  link: symlink,
};
