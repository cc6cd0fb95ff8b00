import { AsrError, messageOf } from "../contract/errors.ts";

/** A part of an input's bytes, which can be given away. */
export type Block = Uint8Array<ArrayBuffer>;

/** Gives the next block of an input; undefined at its end. */
export type NextBlock = () => Promise<Block | undefined>;

/** The bytes of an input, block by block as they are asked for. */
export interface InputBlocks {
  blocks: Generator<Block, undefined> | AsyncGenerator<Block, undefined>;
  /** Lets go of what the bytes come from, even while a block is waited for that may never come. */
  cancel?: (() => void) | undefined;
}

/** Stops reading. */
export function closeBlocks({ blocks, cancel }: InputBlocks): void {
  cancel?.();
  // Not awaited: a generator returns only when what it waits for has come.
  void Promise.resolve(blocks.return(undefined)).catch(() => undefined);
}

/** Small enough to be copied and sent within a millisecond, on a busy machine too. */
const blockLength = 1 << 17;

/** The blocks of bytes that come in a stream, which messages call `name`. */
export function streamBlocks(stream: AsyncIterable<Uint8Array>, name: string): InputBlocks {
  if (!(stream instanceof ReadableStream)) return { blocks: blocksIn(stream, name) };
  if (stream.locked) {
    throw new AsrError("input", `${name}: was read already`, "pass one that is fresh");
  }
  // The iterator of a ReadableStream would wait for the next part before it returns.
  const reader = readerOf(stream, name);
  const cancel = () => void reader.cancel().catch(() => undefined);
  return { blocks: blocksIn(partsOf(reader), name), cancel };
}

/** Bun opens what is behind a stream only now: what cannot be read, such as a folder, is told. */
function readerOf(
  stream: ReadableStream,
  name: string,
): Pick<ReadableStreamDefaultReader<Uint8Array>, "read" | "cancel"> {
  try {
    return stream.getReader();
  } catch (error) {
    const isFolder = error instanceof Error && "code" in error && error.code === "EISDIR";
    const what = isFolder ? "is a folder" : `cannot be read: ${messageOf(error)}`;
    throw new AsrError("input", `${name}: ${what}`, undefined, { cause: error });
  }
}

async function* partsOf(
  reader: Pick<ReadableStreamDefaultReader<Uint8Array>, "read">,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

async function* blocksIn(
  stream: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Block, undefined> {
  try {
    for await (const part of stream) yield* slices(checkedPart(part, name));
  } catch (error) {
    if (error instanceof AsrError) throw error;
    const message = `${name}: ended early: ${messageOf(error)}`;
    throw new AsrError("input", message, "send it again", { cause: error });
  }
}

/** Streams say little of what is in them to the compiler, and nothing at run time. */
function checkedPart(part: unknown, name: string): Uint8Array {
  if (part instanceof Uint8Array) return part;
  throw new AsrError("input", `${name}: gave a ${typeof part} where bytes were expected`);
}

/** The blocks of bytes that are all there: copies. */
export function* slices(bytes: Uint8Array): Generator<Block, undefined> {
  for (let at = 0; at < bytes.length; at += blockLength) {
    yield new Uint8Array(bytes.subarray(at, at + blockLength));
  }
}
