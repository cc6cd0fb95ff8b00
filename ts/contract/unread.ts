import { messageOf } from "./errors.ts";
import { codeOf } from "./unwritten.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "is a folder",
  EACCES: "no permission to read it",
  EPERM: "no permission to read it",
};

/** Why a file that is named cannot be read, by what the system answered. */
export function whyUnread(error: unknown): string {
  return reasons[codeOf(error) ?? ""] ?? `cannot be read: ${messageOf(error)}`;
}
