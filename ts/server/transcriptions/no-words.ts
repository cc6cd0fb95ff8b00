import { AsrError } from "../../contract/errors.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { withoutFolders } from "../http/causes.ts";
import { Problem } from "../http/problem.ts";

/** Whether words were asked for, and neither the model nor an aligner here tells their times. */
export function lacksWords(error: unknown): error is AsrError {
  return error instanceof AsrError && error.reason === "no words";
}

/** The same as a client is told it, who has no flags; other errors as they are. */
export function wordProblem(error: unknown): unknown {
  if (!lacksWords(error)) return error;
  const isOfAligner = error.code === "model";
  const other = isOfAligner ? "words=attention, for segments" : "segments";
  const message = `${noteOn(error)}; ask for ${other}, or for no times`;
  // Whoever runs the server may be able to mend that.
  const more = isOfAligner ? { fault: error } : {};
  return new Problem(400, message, { code: "words_not_supported", param: "words", ...more });
}

/** The transcript of who asked for words and can do without, which says why there are none. */
export function withoutWords(transcript: Transcript, why: AsrError): Transcript {
  return { ...transcript, notes: [...(transcript.notes ?? []), noteOn(why)] };
}

function noteOn({ message }: AsrError): string {
  return `words have no times here: ${withoutFolders(message)}`;
}
