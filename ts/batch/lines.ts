import { AsrError } from "../contract/errors.ts";

/** A line of a text without its end, and its number from 1. */
export interface Line {
  text: string;
  number: number;
}

/** The lines of UTF-8 text as they come. Throws AsrError `input` for what is no UTF-8. */
export async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let [rest, number] = ["", 0];
  const decoded = (part?: Uint8Array) => {
    try {
      return part === undefined ? decoder.decode() : decoder.decode(part, { stream: true });
    } catch {
      throw new AsrError("input", `behind line ${number}: is not UTF-8 text`);
    }
  };
  for await (const part of bytes) {
    const lines = (rest + decoded(part)).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) yield { text: text.replace(/\r$/, ""), number: ++number };
  }
  rest += decoded();
  if (rest !== "") yield { text: rest.replace(/\r$/, ""), number: ++number };
}
