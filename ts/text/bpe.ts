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
  /** What each rule merges, and the token that the two become, by rank. */
  readonly #left: Int32Array;
  readonly #right: Int32Array;
  readonly #made: Int32Array;
  /** Rank of a rule, and 1 more, by a hash of its pair: open addressing. */
  readonly #byHash: Int32Array;
  readonly #mask: number;

  /** With room for `count` rules. */
  constructor(count: number) {
    this.#left = new Int32Array(count);
    this.#right = new Int32Array(count);
    this.#made = new Int32Array(count);
    this.#byHash = new Int32Array(2 ** Math.ceil(Math.log2(2 * count + 1)));
    this.#mask = this.#byHash.length - 1;
  }

  /** Adds the rule of a rank: earlier ranks first. Of two for one pair the first counts. */
  add(left: number, right: number, rank: number, id: number): void {
    const slot = this.#search(left, right);
    if (this.#byHash[slot] !== 0) return;
    this.#left[rank] = left;
    this.#right[rank] = right;
    this.#made[rank] = id;
    this.#byHash[slot] = rank + 1;
  }

  /** The place of a pair in `byHash`, or the empty one where it would go. */
  #search(left: number, right: number): number {
    const hash = Math.imul(Math.imul(left, 0x9e3779b1) ^ right, 0x85ebca6b);
    let slot = (hash ^ (hash >>> 15)) & this.#mask;
    for (;;) {
      const rank = this.#byHash[slot]! - 1;
      if (rank < 0 || (this.#left[rank] === left && this.#right[rank] === right)) return slot;
      slot = (slot + 1) & this.#mask;
    }
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
      const rank = this.#byHash[this.#search(leftId, rightId)]! - 1;
      if (rank >= 0) heap.push({ rank, left, leftId, rightId, id: this.#made[rank]! });
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
