import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../folders.ts";

const text = readFileSync(join(root, "NOTICE"), "utf8");

/** What NOTICE tells, for tests that hold it against what is shipped. */
export const notice = {
  text,
  /** Files of others, by what their names begin with. */
  files: listed(/^ {2}file {5}(.*)$/gm).flatMap((names) => names.split(", ")),
  /** Names of files of licences, as they lie in packages. */
  licenses: [...new Set(listed(/\b(\w[\w.-]*\.txt)\b/g))],
} as const;

function listed(pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, found = ""]) => found);
}
