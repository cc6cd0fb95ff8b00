import { type AudioBlock, type Samples, sampleRate } from "./recording.ts";

/** A gap that is longer is not filled with silence, in samples: what is on its sides is apart. */
const maxFilled = 2 * sampleRate;
/** A smaller difference of time is noted, and nothing filled in, in samples. */
const minFilled = 0.2 * sampleRate;

/** Samples that came and are not used up yet, in one piece, and where they lie. */
export class SampleQueue {
  #buffer: Samples = new Float32Array(1 << 16);
  #start = 0;
  #end = 0;
  #at = 0;
  /** Where time does not go on by the sample: so many samples from the first one. */
  #shifts: { after: number; by: number }[] = [];

  get length(): number {
    return this.#end - this.#start;
  }

  /** Place of the first sample in the recording; of the next, when there is none. */
  get at(): number {
    return this.#at;
  }

  /** Place behind the last sample. */
  get end(): number {
    return this.#shifts.reduce((sum, { by }) => sum + by, this.#at + this.length);
  }

  /** Whether a block lies behind a gap that is too long to be filled. */
  isApart({ at }: AudioBlock): boolean {
    return this.length > 0 && at - this.end > maxFilled;
  }

  /** Adds a block that is not apart. Short gaps become silence. */
  push({ at, samples }: AudioBlock): void {
    if (this.length === 0) this.#at = at;
    const ahead = at - this.end;
    const silence = ahead > minFilled ? ahead : 0;
    if (ahead !== silence) this.#shifts.push({ after: this.length, by: ahead });
    const more = silence + samples.length;
    if (this.#end + more > this.#buffer.length) this.#makeRoom(more);
    this.#buffer.fill(0, this.#end, this.#end + silence);
    this.#buffer.set(samples, this.#end + silence);
    this.#end += more;
  }

  /** A view of what is there, good until the next push. */
  view(): Samples {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Takes the first samples out, as a copy. */
  take(length: number): AudioBlock {
    const block = { at: this.#at, samples: this.view().slice(0, length) };
    this.drop(length);
    return block;
  }

  drop(length: number): void {
    const dropped = Math.min(this.length, length);
    this.#start += dropped;
    this.#at += dropped;
    for (const shift of this.#shifts) shift.after -= dropped;
    for (const { after, by } of this.#shifts) if (after <= 0) this.#at += by;
    this.#shifts = this.#shifts.filter(({ after }) => after > 0);
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
