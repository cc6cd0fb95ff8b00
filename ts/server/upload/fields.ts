import { Problem } from "../http/problem.ts";
import { decodedText } from "./headers.ts";
import { type PartHead, shown } from "./part-head.ts";

/** Most parts of a form. */
const maxParts = 1000;

/** Most bytes of a field. */
const maxFieldBytes = 1 << 20;

/** Most bytes of all fields of a form. */
const maxFieldsBytes = 1 << 22;

/** Recordings of voices, as texts, that nobody reads here: they are passed over, however long. */
const unread: readonly string[] = ["known_speaker_references"];

/** The texts of a form by their names, counted while they come. */
export class Fields {
  readonly #texts = new Map<string, string[]>();
  #open: { head: PartHead; parts: Uint8Array[]; bytes: number } | undefined;
  #count = 0;
  #bytes = 0;

  /** Those that have come; lists, as most names may come several times. */
  get texts(): ReadonlyMap<string, readonly string[]> {
    return this.#texts;
  }

  /** Counts a part of the form, whatever it is. Throws `Problem` 400 where there are too many. */
  count(): void {
    if (++this.#count > maxParts)
      throw new Problem(400, `the form has more than ${maxParts} parts`);
  }

  begin(head: PartHead): void {
    if (!unread.includes(plainName(head.name))) this.#open = { head, parts: [], bytes: 0 };
  }

  /** Bytes of the field that was begun. Throws `Problem` 400 where there are too many. */
  push(part: Uint8Array): void {
    if (this.#open === undefined) return;
    this.#open.bytes += part.length;
    this.#bytes += part.length;
    if (this.#open.bytes > maxFieldBytes) throw tooLong(this.#open.head);
    if (this.#bytes > maxFieldsBytes) {
      throw new Problem(400, `the form has more than ${maxFieldsBytes} bytes besides its file`);
    }
    // They are borrowed; `slice` of a Buffer would not copy them.
    this.#open.parts.push(new Uint8Array(part));
  }

  /** Throws `Problem` 400 where the field is no text. */
  end(): void {
    if (this.#open === undefined) return;
    const { head, parts } = this.#open;
    this.#open = undefined;
    const text = decodedText(Buffer.concat(parts), head.charset);
    if (text === undefined) {
      const message = `the field ${shown(head.name)} is no text in ${shown(head.charset)}`;
      throw new Problem(400, message, { param: plainName(head.name) });
    }
    this.add(head.name, text);
  }

  /** Adds a field that is there as a whole. */
  add(name: string, text: string): void {
    const texts = this.#texts.get(plainName(name)) ?? [];
    texts.push(text);
    this.#texts.set(plainName(name), texts);
  }
}

/** A name without the `[]` or `[0]` that clients write behind those of lists. */
export function plainName(name: string): string {
  return name.replace(/\[\d*\]$/, "");
}

function tooLong({ name, filename }: PartHead): Problem {
  const hint = filename === undefined ? "" : "; a recording is sent as the field file";
  const message = `the field ${shown(name)} has more than ${maxFieldBytes} bytes${hint}`;
  return new Problem(400, message, { param: plainName(name) });
}
