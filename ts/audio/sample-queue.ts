import type { Samples } from "./recording.ts";

/** Samples that came and are not used up yet, in one piece. */
export class SampleQueue {
  #buffer: Samples = new Float32Array(1 << 16);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  push(block: Float32Array): void {
    if (this.#end + block.length > this.#buffer.length) this.#makeRoom(block.length);
    this.#buffer.set(block, this.#end);
    this.#end += block.length;
  }

  /** A view of what is there, good until the next push. */
  view(): Samples {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Takes the first samples out, as a copy. */
  take(length: number): Samples {
    const taken = this.view().slice(0, length);
    this.drop(length);
    return taken;
  }

  drop(length: number): void {
    this.#start = Math.min(this.#end, this.#start + length);
  }

  #makeRoom(more: number): void {
    const needed = this.length + more;
    const old = this.view();
    if (needed > this.#buffer.length) this.#buffer = new Float32Array(2 * needed);
    this.#buffer.set(old);
    this.#end = old.length;
    this.#start = 0;
  }
}
