import type { AsrErrorCode } from "../../contract/errors.ts";

/** The exit status of the command line for each code of an error. */
export const exitCodes: Readonly<Record<AsrErrorCode, number>> = {
  input: 1,
  usage: 2,
  model: 3,
  native: 4,
  output: 1,
  aborted: 130,
  // EX_SOFTWARE of sysexits.h.
  internal: 70,
};
