import { AsrError, messageOf } from "../contract/errors.ts";

/** A line that is not blank, and its number from 1. */
export interface Line {
  number: number;
  text: string;
}

/** The lines of a UTF-8 text file. Throws AsrError `input` when it cannot be read. */
export async function readLines(file: string): Promise<Line[]> {
  let text: string;
  try {
    const bytes = await Bun.file(file).bytes();
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    const why = error instanceof TypeError ? "is not UTF-8 text" : messageOf(error);
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new AsrError("input", `${file}: ${missing ? "no such file" : why}`);
  }
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, text: line }))
    .filter((line) => line.text.trim() !== "");
}
