import { textAt, viewOf } from "./byte-source.ts";

/** Writers that cannot seek back leave a size at or near the largest. */
const unknownSize = 0x7ff00000;

/** A size of a RIFF header; undefined where the writer did not know it. */
export function saidLength(size: number): number | undefined {
  return size === 0 || size >= unknownSize ? undefined : size;
}

/** What is known of the place where samples begin. All sizes are bytes. */
interface DataChunk {
  /** From the start of the RIFF chunk. */
  offset: number;
  /** As its header says. */
  size: number;
  /** From the first sample to the end of the file. */
  rest: number;
  /** From the first sample to the end of the RIFF chunk, as that says; undefined if unknown. */
  riffRest: number | undefined;
  /** The bytes at that place. */
  following: Uint8Array;
}

/** How many bytes of samples there are, and what is to be said about it. */
interface DataLength {
  length: number;
  loss?: string;
  note?: string;
}

/** How long the samples are, by all sizes that are said and the bytes that are there. */
export function dataLength({ offset, size, rest, riffRest, following }: DataChunk): DataLength {
  if (size === 0) return emptyOrUnknown(rest, riffRest, following);
  if (size <= rest) return { length: size };
  if (size >= unknownSize && size <= 0xffffffff) return { length: rest };
  const promised = `${size.toLocaleString("en")} bytes of samples are promised`;
  const there = `${rest.toLocaleString("en")} are there`;
  // Where the RIFF chunk ends with the file, the file is whole and this size is the odd one; some
  // writers count the header.
  const isWhole = riffRest !== undefined && Math.abs(riffRest - rest) <= 1;
  const countsHeader = size - rest === offset || size - rest === offset - 8;
  if (isWhole || countsHeader) {
    return { length: rest, note: `${promised}, ${there}, all of which are heard` };
  }
  return { length: rest, loss: `it is cut short: ${promised}, ${there}` };
}

function emptyOrUnknown(
  rest: number,
  riffRest: number | undefined,
  following: Uint8Array,
): DataLength {
  if (rest < 8 || isChunk(following, rest)) return { length: 0 };
  // What cannot seek back may leave both sizes at 0: that says nothing.
  if (riffRest === undefined || riffRest <= 0) return { length: rest };
  const bytes = rest.toLocaleString("en");
  return { length: rest, note: `its header says 0 bytes of samples: ${bytes} are heard` };
}

function isChunk(head: Uint8Array, rest: number): boolean {
  if (head.length < 8 || !isChunkName(textAt(head, 0))) return false;
  return viewOf(head).getUint32(4, true) <= rest - 8;
}

/** Whether these four characters may name a chunk: printable ASCII. */
export function isChunkName(id: string): boolean {
  return /^[ -~]{4}$/.test(id);
}
