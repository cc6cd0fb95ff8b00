import { isIP } from "node:net";
import { AsrError } from "../../contract/errors.ts";
import type { Access } from "../service/settings.ts";
import { isOriginPattern } from "./origins.ts";

/** Whether an address is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  const plain = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  return plain === "localhost" || plain === "::1" || (isIP(plain) === 4 && /^127\./.test(plain));
}

/** Throws AsrError `usage` for what cannot be meant. A key is not shown. */
export function checkAccess({ apiKeys, origins, hosts }: Access): void {
  for (const [index, key] of apiKeys.entries()) {
    if (/^[\x21-\x7e]+$/.test(key)) continue;
    const which = apiKeys.length > 1 ? `API key ${index + 1}` : "the API key";
    const message = `${which} is ${key === "" ? "empty" : "nothing that a header can carry"}`;
    throw new AsrError("usage", message, "use letters, digits and signs of ASCII, without blanks");
  }
  for (const origin of origins) {
    if (isOriginPattern(origin)) continue;
    const hint = "write it as browsers do, as in https://example.com or app://obsidian.md";
    throw new AsrError("usage", `"${origin}" is no origin`, `${hint}, without a path`);
  }
  for (const host of hosts) {
    if (host === "*" || /^[^\s/:*]+$/.test(host)) continue;
    throw new AsrError("usage", `"${host}" is no name of a host`, "write it without a port");
  }
}

/**
 * Throws AsrError `usage` where other machines could use a server without a key, and nobody has
 * said that they may.
 */
export function checkExposure(host: string, { apiKeys }: Access, withoutKey: boolean): void {
  if (isLoopback(host) || apiKeys.length > 0 || withoutKey) return;
  const message = `${host} can be reached from other machines, and no API key is asked for`;
  const hint =
    "ask for one with --api-key-file or $BUN_ASR_API_KEY (in a script, apiKeys), or say that " +
    "none is needed with --without-key (withoutKey)";
  throw new AsrError("usage", message, hint);
}
