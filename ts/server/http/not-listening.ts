import { AsrError, messageOf } from "../../contract/errors.ts";

/** Why nothing can listen at an address, as whoever starts a server is told. */
export function notListening(host: string, port: number, error: unknown): AsrError {
  const at = `${host} port ${port}`;
  const { code } = error as { code?: unknown };
  switch (code) {
    case "EADDRINUSE":
      return new AsrError("usage", `${at} is in use`, "choose another port, or 0 for a free one");
    case "EACCES":
      return new AsrError(
        "usage",
        `${at} needs rights to listen there`,
        "choose a port above 1023",
      );
    default: {
      const hint = "choose an address of this machine, as 127.0.0.1 or 0.0.0.0";
      return new AsrError("usage", `cannot listen at ${at}: ${messageOf(error)}`, hint);
    }
  }
}
