import { AsrError, messageOf } from "../contract/errors.ts";
import { byteText } from "../text/sizes.ts";

/** Room that is left for everything else on the disk. */
const reserveBytes = 32e6;

/** Refuses a download that does not fit. */
export function checkSpace(folder: string, needed: number, free: number): void {
  if (needed === 0 || needed + reserveBytes <= free) return;
  const message = `${folder}: ${byteText(needed)} are needed, but only ${byteText(free)} are free`;
  throw new AsrError(
    "model",
    message,
    "make room, or set HF_HUB_CACHE to a folder on another disk",
  );
}

/** What the file system refused, as an error of the cache; anything else stays as it is. */
export function storageError(error: unknown, folder: string): unknown {
  if (error instanceof AsrError || !(error instanceof Error) || !("syscall" in error)) return error;
  const code = "code" in error ? String(error.code) : "";
  const elsewhere = "set HF_HUB_CACHE (or --cache-dir) to a folder that you can write";
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return new AsrError(
        "model",
        `${folder}: the disk is full (${code})`,
        "make room and run it again: it goes on where it stopped",
      );
    case "EROFS":
    case "EACCES":
    case "EPERM":
      return new AsrError("model", `${folder}: the cache cannot be written (${code})`, elsewhere);
    default:
      return new AsrError(
        "model",
        `${folder}: the cache cannot be used: ${messageOf(error)}`,
        elsewhere,
      );
  }
}
