import type { Transcript } from "../../contract/transcript.ts";

/** What OpenAI's shapes have no field for: an answer tells it in `bun_asr`, or in its headers. */
export interface Account {
  /** The model that answered, whichever was asked for. */
  model: string;
  /** Whether text may be missing. */
  truncated: boolean;
  /** As in a `Transcript`: `eos` where the model ended by itself. */
  finish_reason: string;
  /** What could not be heard. */
  warnings?: readonly string[];
  /** What was found and dealt with, and what of the request could not be fulfilled. */
  notes?: readonly string[];
}

export function accountOf(
  { truncated, finishReason, warnings = [], notes = [] }: Transcript,
  model: string,
  requestNotes: readonly string[],
): Account {
  const allNotes = [...requestNotes, ...notes];
  return {
    model,
    truncated,
    finish_reason: finishReason,
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(allNotes.length > 0 ? { notes: allNotes } : {}),
  };
}

/** The same for bodies that are no JSON. */
export function accountHeaders(account: Account): Record<string, string> {
  const { truncated, finish_reason: finishReason, warnings, notes } = account;
  return {
    ...modelHeader(account.model),
    "x-bun-asr-truncated": String(truncated),
    "x-bun-asr-finish-reason": finishReason,
    ...(warnings === undefined ? {} : { "x-bun-asr-warnings": headerText(warnings) }),
    ...(notes === undefined ? {} : { "x-bun-asr-notes": headerText(notes) }),
  };
}

/** Says which model answered. */
export function modelHeader(model: string): Record<string, string> {
  return { "x-bun-asr-model": headerText([model]) };
}

/** Longest header, in characters: some clients and proxies take no more than 8 kB in all. */
const maxHeaderLength = 1000;

/** Texts in a header, which has ASCII alone: others are percent-encoded. */
function headerText(texts: readonly string[]): string {
  const line = texts.join("; ").replaceAll(/[^\x20-\x7e]|%/gu, (letter) => percent(letter));
  return line.slice(0, maxHeaderLength).replace(/%[\dA-F]?$/, "");
}

function percent(letter: string): string {
  return encodeURIComponent(letter.isWellFormed() ? letter : "\ufffd");
}
