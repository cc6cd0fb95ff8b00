import type { Vocabulary } from "./vocabulary.ts";

/** A pair of neighbours that could be merged, in the order of the heap. */
interface Candidate {
  rank: number;
  /** Index of the left symbol: of equal ranks the leftmost goes first. */
  left: number;
  leftId: number;
  rightId: number;
  id: number;
}

/**
 * Byte pair encoding by rank: each step merges the pair of neighbours whose rule comes first in the
 * list.
 */
export class MergeTable {
  readonly #vocab: Vocabulary;
  /** The left one of the two that make a token, and the rank of that rule, by its id; -1: none. */
  readonly #left: Int32Array;
  readonly #rank: Int32Array;
  /** Ranks of rules that make a token which an earlier one makes of others, by `otherKey`. */
  readonly #others = new Map<number, number>();

  constructor(vocab: Vocabulary) {
    this.#vocab = vocab;
    this.#left = new Int32Array(vocab.size).fill(-1);
    this.#rank = new Int32Array(vocab.size);
  }

  /** Adds the rule that makes `id` of `left` and another one: earlier ranks first. */
  add(left: number, rank: number, id: number): void {
    if (this.#left[id] === -1) {
      this.#left[id] = left;
      this.#rank[id] = rank;
    } else if (this.rankOf(left, id) < 0) {
      this.#others.set(otherKey(left, id), rank);
    }
  }

  /** The first rule that makes `id` of `left` and another one; -1 when there is none. */
  rankOf(left: number, id: number): number {
    if (this.#left[id] === left) return this.#rank[id]!;
    return this.#others.size === 0 ? -1 : (this.#others.get(otherKey(left, id)) ?? -1);
  }

  /** Whether a rule makes this token. */
  makes(id: number): boolean {
    return this.#left[id] !== -1;
  }

  /**
   * Merges the symbols of one word. A heap and a linked list: n log n, so that a long word stays
   * cheap.
   */
  apply(word: readonly number[]): number[] {
    const ids = [...word];
    const next = ids.map((_, i) => (i + 1 < ids.length ? i + 1 : -1));
    const previous = ids.map((_, i) => i - 1);
    const heap = new CandidateHeap();
    const offer = (left: number) => {
      const right = left < 0 ? -1 : next[left]!;
      if (right < 0) return;
      const [leftId, rightId] = [ids[left]!, ids[right]!];
      const id = this.#vocab.findJoined(leftId, rightId);
      const rank = id < 0 ? -1 : this.rankOf(leftId, id);
      if (rank >= 0) heap.push({ rank, left, leftId, rightId, id });
    };
    for (let i = 0; i < ids.length; i++) offer(i);
    for (let best = heap.pop(); best !== undefined; best = heap.pop()) {
      const { left } = best;
      const right = next[left]!;
      // An earlier merge may have taken either side meanwhile.
      if (ids[left] !== best.leftId || right < 0 || ids[right] !== best.rightId) continue;
      ids[left] = best.id;
      ids[right] = -1;
      next[left] = next[right]!;
      if (next[left]! >= 0) previous[next[left]!] = left;
      offer(previous[left]!);
      offer(left);
    }
    return ids.filter((id) => id >= 0);
  }
}

/** Token ids stay below 2^26, so a pair is an exact number. */
function otherKey(left: number, id: number): number {
  return left * 2 ** 26 + id;
}

class CandidateHeap {
  readonly #items: Candidate[] = [];

  push(item: Candidate): void {
    const items = this.#items;
    let at = items.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(item, items[parent]!)) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = item;
  }

  pop(): Candidate | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && before(items[child + 1]!, items[child]!)) child++;
      if (!before(items[child]!, last)) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = last;
    return top;
  }
}

function before(a: Candidate, b: Candidate): boolean {
  return a.rank < b.rank || (a.rank === b.rank && a.left < b.left);
}
