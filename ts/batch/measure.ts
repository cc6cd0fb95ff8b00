import { wavSeconds } from "../audio/files/wav-seconds.ts";
import { doAtOnce } from "../concurrency/at-once.ts";
import { AsrError } from "../contract/errors.ts";
import type { Item } from "./item.ts";
import { milliseconds } from "./packing.ts";

/** Items whose lengths are known as far as their files tell them. */
export interface Measured {
  items: Item[];
  /** How many have no length, and count as `assumedSeconds`. */
  assumed: number;
  /** Files that are not on this machine, or are none. */
  unread: string[];
}

const atOnce = 32;

/** Adds the lengths that headers of WAV files tell; in S3 nothing is looked at. */
export async function measured(items: readonly Item[]): Promise<Measured> {
  const found: Item[] = [...items];
  const unread: string[] = [];
  await doAtOnce(atOnce, items.entries(), async ([place, item]) => {
    if (item.duration_s !== undefined || /^s3:/i.test(item.audio)) return;
    try {
      const seconds = await wavSeconds(item.audio);
      if (seconds !== undefined) found[place] = { ...item, duration_s: milliseconds(seconds) };
    } catch (error) {
      if (!(error instanceof AsrError)) throw error;
      unread.push(item.audio);
    }
  });
  const assumed = found.filter(
    ({ duration_s, end_s }) => duration_s === undefined && end_s === undefined,
  ).length;
  return { items: found, assumed, unread };
}
