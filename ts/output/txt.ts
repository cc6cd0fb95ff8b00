import type { Transcript } from "../transcript.ts";

/** Plain text, a line for each segment. */
export function txt({ text, segments }: Transcript): string {
  const lines = segments.length > 0 ? segments.map((segment) => segment.text) : [text];
  return lines.map((line) => `${line}\n`).join("");
}
