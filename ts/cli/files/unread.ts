import { messageOf } from "../../contract/errors.ts";
import { codeOf } from "./unwritten.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "is a folder",
  EACCES: "no permission to read it",
  EPERM: "no permission to read it",
};

/** Why a list that a command line names cannot be read, by what the system answered. */
export function whyUnread(error: unknown): string {
  return reasons[codeOf(error) ?? ""] ?? `cannot be read: ${messageOf(error)}`;
}
