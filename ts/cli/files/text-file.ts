import { readFileSync, statSync } from "node:fs";
import { AsrError } from "../../contract/errors.ts";
import { whyUnread } from "../../contract/unread.ts";

/** No list that a command line names is larger, in bytes. */
const maxBytes = 64 * 1024 * 1024;

/**
 * The text of a file in UTF-8 or UTF-16, which editors and shells of Windows write. `flag` is what
 * names it. Throws AsrError `usage` when it cannot be read or is no such text.
 */
export function readTextFile(path: string, flag: string): string {
  try {
    const size = statSync(path).size;
    if (size > maxBytes) throw new AsrError("usage", `${flag} ${path}: is too large for a list`);
    return decodedText(readFileSync(path), { fatal: true });
  } catch (error) {
    if (error instanceof AsrError) throw error;
    const isOther = error instanceof TypeError;
    const why = isOther ? "is no text in UTF-8 or UTF-16" : whyUnread(error);
    const hint = "older text becomes such by: iconv -f WINDOWS-1252 -t UTF-8 OLD >NEW";
    throw new AsrError("usage", `${flag} ${path}: ${why}`, isOther ? hint : undefined);
  }
}

/**
 * Text in UTF-8 or UTF-16, with a byte order mark or without. What is neither becomes `\ufffd`, or
 * with `fatal` a TypeError.
 */
export function decodedText(bytes: Uint8Array, { fatal = false } = {}): string {
  return new TextDecoder(encodingOf(bytes), { fatal }).decode(bytes);
}

function encodingOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  // Without a mark, every other byte of Latin text is 0.
  const ascii = (byte: number | undefined) => byte !== undefined && byte > 0 && byte < 0x80;
  if (bytes.length % 2 === 0 && ascii(first) && second === 0 && bytes[3] === 0) return "utf-16le";
  if (bytes.length % 2 === 0 && first === 0 && ascii(second) && bytes[2] === 0) return "utf-16be";
  return "utf-8";
}
