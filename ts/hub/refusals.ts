import { AsrError } from "../contract/errors.ts";
import { Fault } from "./retries.ts";
import type { HubSettings } from "./settings.ts";

/**
 * The error for an answer that is neither content nor a redirect; `store` is the host where the hub
 * sent us, undefined for the hub itself.
 */
export function refusal(
  { status, headers }: { status: number; headers: Headers },
  what: string,
  store: string | undefined,
  { endpoint, token }: HubSettings,
): Error {
  const passing = status === 408 || status === 425 || status === 429 || status >= 500;
  const who = store ?? "the hub";
  if (passing) {
    const retryAfterMs = waitAskedFor(headers.get("retry-after"));
    const message = `${what}: ${who} answered ${status}${asksFor(retryAfterMs)}`;
    return new Fault(message, retryAfterMs === undefined ? {} : { retryAfterMs });
  }
  // Addresses that the hub sends us to expire: the next try gets a new one, and one is enough.
  if (store !== undefined) {
    return new Fault(`${what}: ${who}, where the hub sends us, answered ${status}`, {
      attempts: 2,
    });
  }
  const error = (why: string, hint: string) => new AsrError("model", `${what}: ${why}`, hint);
  const code = headers.get("x-error-code");
  const isGated = code === "GatedRepo" || status === 403;
  if (isGated && token !== undefined) {
    const why = `access is restricted, and the token does not open it (${status})`;
    const hint =
      `accept the terms on the model's page at ${endpoint} as the user of this token; ` +
      "a fine-grained token must also be allowed to read gated repositories";
    return error(why, hint);
  }
  if (isGated) {
    const hint = `accept the terms on the model's page at ${endpoint}, then set HF_TOKEN`;
    return error(`access is restricted (${status})`, hint);
  }
  if (status === 401 && token !== undefined) {
    return error("the hub refuses the token, or has no such model (401)", "renew HF_TOKEN");
  }
  if (status === 401) {
    const hint = "check the name; for a private model set HF_TOKEN";
    return error("the hub has no such model, or it is private (401)", hint);
  }
  if (code === "RevisionNotFound") {
    return error("the hub has no such revision (404)", "check what follows the @");
  }
  if (code === "EntryNotFound") {
    return error("the hub lists this file, but does not have it (404)", "try another revision");
  }
  if (status === 404) {
    return error("the hub has no such model or revision (404)", "check the name");
  }
  return error(`the hub answered ${status}`, "check HF_ENDPOINT, or try again later");
}

/** The error for a page for people where a file or a list should be. */
export function webPage({ host, origin }: URL, what: string): AsrError {
  const why = `${host} answers with a web page instead`;
  const hint =
    `does the network ask for a login? Open ${origin} in a browser; ` +
    "else check HF_ENDPOINT and the proxy";
  return new AsrError("model", `${what}: ${why}`, hint);
}

function asksFor(ms: number | undefined): string {
  return ms === undefined ? "" : ` and asks to wait ${Math.ceil(ms / 1000)} s`;
}

/** Retry-After, as seconds or as a date, in milliseconds. */
function waitAskedFor(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
