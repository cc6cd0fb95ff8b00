import type { Item } from "./item.ts";

/** How items are packed into shards. */
export interface Packing {
  /** A shard is full where the next item would make it longer. */
  shardSeconds: number;
  /** Items of a shard at most. */
  maxItems: number;
}

/** Items that are run together, in the order of the manifest. */
export interface Shard {
  items: Item[];
  seconds: number;
}

/** Seconds with three decimals, as they are written. */
export function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** What an item without a length counts as. */
export const assumedSeconds = 300;

/** How long an item is heard, as far as it is known. */
export function heardSeconds({ duration_s, start_s = 0, end_s }: Item): number {
  const end = Math.min(end_s ?? Number.POSITIVE_INFINITY, duration_s ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(end) ? Math.max(0, end - start_s) : assumedSeconds;
}

/**
 * Packs items as they come, and puts the longest shards first: what is begun last is short, and no
 * machine works on alone for long. The same items give the same shards.
 */
export function packed(items: readonly Item[], { shardSeconds, maxItems }: Packing): Shard[] {
  const shards: Shard[] = [];
  let open: Shard = { items: [], seconds: 0 };
  for (const item of items) {
    const seconds = heardSeconds(item);
    const isFull = open.items.length >= maxItems || open.seconds + seconds > shardSeconds;
    if (isFull && open.items.length > 0) {
      shards.push(open);
      open = { items: [], seconds: 0 };
    }
    open.items.push(item);
    open.seconds += seconds;
  }
  if (open.items.length > 0) shards.push(open);
  // The sort is stable: among equals the order is that of the manifest.
  return shards.sort((a, b) => b.seconds - a.seconds);
}
