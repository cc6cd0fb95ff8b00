import { Problem } from "../http/problem.ts";
import { extendedText, headerValue, unquoted } from "./headers.ts";

/** What stands above the bytes of a part. */
export interface PartHead {
  /** As it is written, with `[]` where it has that. */
  name: string;
  /** As the client calls the file; undefined or empty where it does not. */
  filename: string | undefined;
  /** Of its text. */
  charset: string;
}

/** Longest name of a field, in characters. */
const maxNameLength = 256;

/** Most characters of a client's words that are repeated to it. */
const maxShown = 80;

/** Codings that leave the bytes as they are. */
const plainCodings = ["7bit", "8bit", "binary"];

/** Reads the header lines of a part. Throws `Problem` 400 where it has no name, or is coded. */
export function partHead(bytes: Uint8Array): PartHead {
  const headers = headersOf(new TextDecoder().decode(bytes));
  const { parameters } = headerValue(headers.get("content-disposition") ?? "");
  const written = parameters.get("name");
  if (written === undefined) {
    throw new Problem(400, 'a part of the form has no name: Content-Disposition lacks name="…"');
  }
  const name = unquoted(written);
  if (name.length > maxNameLength) {
    throw new Problem(400, `the name of a field is longer than ${maxNameLength} characters`);
  }
  const coding = (headers.get("content-transfer-encoding") ?? "binary").toLowerCase();
  if (!plainCodings.includes(coding)) {
    throw new Problem(400, `a part is coded as ${shown(coding)}: send its bytes as they are`);
  }
  const type = headerValue(headers.get("content-type") ?? "");
  return { name, filename: filenameOf(parameters), charset: unquoted(charsetOf(type.parameters)) };
}

function charsetOf(parameters: ReadonlyMap<string, string>): string {
  return parameters.get("charset") || "utf-8";
}

function filenameOf(parameters: ReadonlyMap<string, string>): string | undefined {
  const extended = parameters.get("filename*");
  const plain = parameters.get("filename");
  const decoded = extended === undefined ? undefined : extendedText(extended);
  return decoded ?? (plain === undefined ? undefined : unquoted(plain));
}

/** Header lines by their names in lower case; one that begins with a blank continues the last. */
function headersOf(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.replaceAll(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    const [, name = "", value = ""] = /^([^:\s]+)[ \t]*:(.*)$/su.exec(line) ?? [];
    if (name !== "") headers.set(name.toLowerCase(), value.trim());
  }
  return headers;
}

/** A client's word as an error may repeat it. */
export function shown(text: string): string {
  const letters = [...text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, "").trim()];
  return letters.length > maxShown ? `${letters.slice(0, maxShown).join("")}…` : letters.join("");
}
