import { demoModel } from "../../native/locate.ts";
import { isLoopback } from "../../server/http/access.ts";
import { demoNote } from "./notes.ts";

/** A server that is ready. */
export interface ReadyServer {
  url: URL;
  /** Where it was told to listen. */
  host: string | undefined;
  models: readonly string[];
}

/** What whoever looks on when a server is ready may want to know, a line each. */
export function serverHints({ url, host, models }: ReadyServer): string {
  const isOpen = host !== undefined && !isLoopback(host);
  const lines = [
    `a browser finds its page there, clients take ${url.origin}/v1; Ctrl-C ends it`,
    ...(isOpen ? ["other machines reach it by the name or an address of this one"] : []),
    ...(models[0] === demoModel ? [demoNote] : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
