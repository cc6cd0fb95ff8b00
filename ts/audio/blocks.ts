import { AsrError, messageOf } from "../contract/errors.ts";
import type { ClassifiedInput } from "./input.ts";

/** A part of an input's bytes, which can be given away. */
export type Block = Uint8Array<ArrayBuffer>;

/** Gives the next block of an input; undefined at its end. */
export type NextBlock = () => Promise<Block | undefined>;

/** The bytes of an input, block by block as they are asked for. */
export interface BlockReader {
  next: NextBlock;
  /** Stops reading, even while a block is waited for that may never come. */
  close(): void;
}

/** Small enough to be copied and sent within a millisecond, on a busy machine too. */
const blockLength = 1 << 17;

/** Reads what a classified input holds; undefined for a path, which holds nothing. */
export function blocksOf({ description, content }: ClassifiedInput): BlockReader | undefined {
  if (content === undefined) return undefined;
  if (content instanceof Uint8Array) return readerOf(slices(content));
  const { name } = description;
  const { stream, stop } = stoppable(content, name);
  return readerOf(blocksIn(stream, name), stop);
}

/**
 * A stream that can be stopped while something waits for its next part: the iterator of a
 * ReadableStream would wait, too, before it returns.
 */
function stoppable(stream: AsyncIterable<Uint8Array>, name: string) {
  if (!(stream instanceof ReadableStream)) return { stream, stop: () => undefined };
  if (stream.locked) {
    throw new AsrError("input", `${name}: was read already`, "pass one that is fresh");
  }
  const reader = stream.getReader();
  return { stream: partsOf(reader), stop: () => void reader.cancel().catch(() => undefined) };
}

async function* partsOf(
  reader: Pick<ReadableStreamDefaultReader<Uint8Array>, "read">,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

async function* blocksIn(stream: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Block> {
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

/** Copies of the parts of some bytes. */
function* slices(bytes: Uint8Array): Generator<Block> {
  for (let at = 0; at < bytes.length; at += blockLength) {
    yield new Uint8Array(bytes.subarray(at, at + blockLength));
  }
}

function readerOf(
  blocks: AsyncGenerator<Block> | Generator<Block>,
  stop: () => void = () => undefined,
): BlockReader {
  return {
    next: async () => {
      const step = await blocks.next();
      return step.done ? undefined : step.value;
    },
    close: () => {
      stop();
      // Not awaited: a generator returns only when what it waits for has come.
      void Promise.resolve(blocks.return(undefined)).catch(() => undefined);
    },
  };
}
