/** The text with the last part of each absolute path alone; addresses of the web stay. */
export function withoutFolders(text: string): string {
  return text.replaceAll(/(?<![\w.:/])(?:\/[^\s/:"'`]+)+\/([^\s/:"'`]+)/g, "$1");
}

/** What the system said, where an error's cause is that no more files can be opened. */
export function outOfFiles(thrown: unknown): Error | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const { code, cause } = thrown as { code?: unknown; cause?: unknown };
  return code === "EMFILE" || code === "ENFILE" ? thrown : outOfFiles(cause);
}
