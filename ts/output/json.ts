import type { Transcript } from "../contract/transcript.ts";

/** The transcript as it is, indented: the same keys as in the API and `--json`. */
export function json(transcript: Transcript): string {
  return `${JSON.stringify(transcript, null, 2)}\n`;
}
