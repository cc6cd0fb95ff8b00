import { AsrError } from "../contract/errors.ts";

/** A line of a text without its end, and its number from 1. */
export interface RawLine {
  bytes: Uint8Array;
  number: number;
}

const lineFeed = 10;

/** The lines of a text as they come, whatever is in them. */
export async function* rawLinesOf(parts: AsyncIterable<Uint8Array>): AsyncGenerator<RawLine> {
  let [rest, number]: [Uint8Array[], number] = [[], 0];
  for await (const part of parts) {
    let begin = 0;
    for (let end = part.indexOf(lineFeed); end >= 0; end = part.indexOf(lineFeed, begin)) {
      yield { bytes: Buffer.concat([...rest, part.subarray(begin, end)]), number: ++number };
      [rest, begin] = [[], end + 1];
    }
    if (begin < part.length) rest.push(part.slice(begin));
  }
  if (rest.length > 0) yield { bytes: Buffer.concat(rest), number: ++number };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** What is written on a line. Throws AsrError `input` that begins with `where` for no UTF-8. */
export function textOf({ bytes }: RawLine, where: string): string {
  try {
    return utf8.decode(bytes).replace(/\r$/, "");
  } catch {
    throw new AsrError("input", `${where}: is not UTF-8 text`);
  }
}
