/** The text with the last part of each absolute path alone; addresses of the web stay. */
export function withoutFolders(text: string): string {
  return text.replaceAll(/(?<![\w.:/])(?:\/[^\s/:"'`]+)+\/([^\s/:"'`]+)/g, "$1");
}

/** Whether the cause of an error is that the process, or the machine, can open no more files. */
export function isOutOfFiles(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const { code, cause } = thrown as { code?: unknown; cause?: unknown };
  return code === "EMFILE" || code === "ENFILE" || isOutOfFiles(cause);
}
