import { messageOf } from "./errors.ts";

const reasons: Readonly<Record<string, string>> = {
  EEXIST: "it exists already",
  EBADF: "it is closed",
  EACCES: "no permission to write there",
  EPERM: "no permission to write there",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "a part of the path is a file, not a folder",
  ENOENT: "no such folder",
  ENAMETOOLONG: "the name is too long",
};

/** Why something could not be written, by what the system answered. */
export function whyUnwritten(error: unknown): string {
  return reasons[codeOf(error) ?? ""] ?? messageOf(error);
}

/** The code of an error of the system, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
