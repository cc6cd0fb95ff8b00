import { AsrError } from "../contract/errors.ts";
import { Fault } from "./retries.ts";
import type { HubSettings } from "./settings.ts";

/** The error for an answer that is neither content nor a redirect. */
export function refusal(
  { status, headers }: { status: number; headers: Headers },
  what: string,
  fromHub: boolean,
  { endpoint, token }: HubSettings,
): Error {
  const passing = status === 408 || status === 425 || status === 429 || status >= 500;
  // Where the hub sends us, addresses expire: the next try gets a new one.
  if (passing || !fromHub) {
    const retryAfterMs = waitAskedFor(headers.get("retry-after"));
    const message = `${what}: the hub answered ${status}${asksFor(retryAfterMs)}`;
    return new Fault(message, retryAfterMs === undefined ? {} : { retryAfterMs });
  }
  const error = (why: string, hint: string) => new AsrError("model", `${what}: ${why}`, hint);
  const code = headers.get("x-error-code");
  if (code === "GatedRepo" || status === 403) {
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

function asksFor(ms: number | undefined): string {
  return ms === undefined ? "" : ` and asks to wait ${Math.ceil(ms / 1000)} s`;
}

/** Retry-After, as seconds or as a date, in milliseconds. */
function waitAskedFor(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d{1,9}$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
