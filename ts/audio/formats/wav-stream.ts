import { textAt, viewOf } from "./byte-source.ts";
import { cutShort } from "./findings.ts";
import { isWav } from "./wav-format.ts";
import { isChunkName, saidLength } from "./wav-sizes.ts";

/** A chunk behind the samples that is no longer than this is one; samples may look like a name. */
const maxChunk = 1 << 24;

/**
 * The bytes of a WAV that is still coming, with one header that says no sizes, and its samples
 * alone: those that the file's own header does not count, and of a recording that was joined to it,
 * included. Its writer may not have known yet how long it becomes. Other formats pass as they are.
 * `losses` takes what cannot be heard.
 */
export async function* openEnded(
  parts: AsyncIterable<Uint8Array>,
  losses: string[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = new Bytes(parts);
  try {
    if (isWav(await bytes.peek(12))) yield* samplesIn(bytes, losses);
    else yield* bytes.take(Number.POSITIVE_INFINITY);
  } finally {
    await bytes.close();
  }
}

async function* samplesIn(
  bytes: Bytes,
  losses: string[],
): AsyncGenerator<Uint8Array, void, undefined> {
  let format: Uint8Array | undefined;
  let longSize: number | undefined;
  let isBegun = false;
  for (;;) {
    const head = await bytes.peek(12);
    if (head.length < 8) return;
    const id = textAt(head, 0);
    const size = viewOf(head).getUint32(4, true);
    if (isWav(head)) {
      await bytes.read(12);
      longSize = undefined;
    } else if (id === "data") {
      await bytes.read(8);
      if (!isBegun && format !== undefined) yield openHeader(format);
      isBegun = true;
      const isLong = size === 0xffffffff && longSize !== undefined;
      const length = (isLong ? longSize : saidLength(size)) ?? Number.POSITIVE_INFINITY;
      let there = 0;
      for await (const part of bytes.take(length)) {
        there += part.length;
        yield part;
      }
      if (there < length && length < Number.POSITIVE_INFINITY) {
        losses.push(cutShort(length, there));
      }
      await bytes.skipPadding(length);
    } else if (isBegun && !(isChunkName(id) && size <= maxChunk)) {
      return yield* bytes.take(Number.POSITIVE_INFINITY);
    } else {
      await bytes.read(8);
      const body = await bytes.read(size);
      await bytes.skipPadding(size);
      if (id === "ds64" && body.length >= 16) {
        longSize = Number(viewOf(body).getBigUint64(8, true));
      }
      if (id !== "fmt ") continue;
      if (isBegun && !Buffer.from(body).equals(format ?? new Uint8Array(0))) {
        losses.push("another recording follows in it, with samples of another format");
        return;
      }
      format = body;
    }
  }
}

function openHeader(format: Uint8Array): Uint8Array {
  const header = Buffer.alloc(20 + format.length + 8);
  header.write("RIFF\xff\xff\xff\xffWAVEfmt ", "latin1");
  header.writeUInt32LE(format.length, 16);
  header.set(format, 20);
  header.write("data\xff\xff\xff\xff", 20 + format.length, "latin1");
  return header;
}

/** Bytes that come in parts, taken in pieces of other lengths. */
class Bytes {
  readonly #parts: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(parts: AsyncIterable<Uint8Array>) {
    this.#parts = parts[Symbol.asyncIterator]();
  }

  /** The next bytes, which stay; fewer at the end. */
  async peek(length: number): Promise<Uint8Array> {
    while (this.#rest.length < length && (await this.#more()));
    return this.#rest.subarray(0, length);
  }

  /** The next bytes; fewer at the end. */
  async read(length: number): Promise<Uint8Array> {
    const read: Uint8Array[] = [];
    for await (const part of this.take(length)) read.push(part);
    return Buffer.concat(read);
  }

  /** The next bytes as they come. */
  async *take(length: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#more())) return;
      const part = this.#rest.subarray(0, Math.min(left, this.#rest.length));
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  /** Chunks are padded to even sizes, but for those of some writers. */
  async skipPadding(size: number): Promise<void> {
    if (size % 2 !== 1) return;
    const next = textAt(await this.peek(4), 0);
    if (!["fmt ", "data", "LIST", "fact", "RIFF"].includes(next)) await this.read(1);
  }

  /** Lets go of where they come from. */
  async close(): Promise<void> {
    await this.#parts.return?.();
  }

  async #more(): Promise<boolean> {
    const next = await this.#parts.next();
    if (next.done === true) return false;
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    return true;
  }
}
