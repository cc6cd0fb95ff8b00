import type { Turn } from "./captions.ts";

/** Up to the last sentence that has ended; a number's point is not an end. */
const sentences = /^[\s\S]*(?:[.!?…؟।](?=\s|$)|[。！？])/;

/** Says what of the turns is new to who has the page read out: whole sentences that are settled. */
export class Spoken {
  /** How many characters of each turn were read. */
  readonly #read = new Map<string, number>();

  /** "" where nothing is. */
  fresh({ id, settled, isFinished }: Turn): string {
    const read = this.#read.get(id) ?? 0;
    const rest = settled.slice(read);
    const text = isFinished ? rest : (sentences.exec(rest)?.[0] ?? "");
    this.#read.set(id, read + text.length);
    return text.trim();
  }
}
