import { createHash, timingSafeEqual } from "node:crypto";

/** The keys of a server, of which only digests are kept. */
export class Keys {
  readonly #digests: readonly Buffer[];

  constructor(keys: readonly string[]) {
    this.#digests = keys.map(digest);
  }

  /** Whether every request must bring one. */
  get areAsked(): boolean {
    return this.#digests.length > 0;
  }

  /** Whether it is one of them. How long that takes tells nothing of any. */
  accept(key: string): boolean {
    const given = digest(key);
    // Digests have one length, and all are compared.
    return this.#digests.filter((own) => timingSafeEqual(own, given)).length > 0;
  }
}

function digest(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

/** What stands before the key in the name of a subprotocol. */
const keyProtocol = "openai-insecure-api-key.";

/**
 * The key that a request brings: in its header `Authorization`, or, as pages in a browser cannot
 * set headers of WebSockets, in the list of their subprotocols. Never in the URL, which is logged
 * on the way.
 */
export function keyOf(request: Request): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  return bearer ?? keyOfProtocols(request);
}

function keyOfProtocols(request: Request): string | undefined {
  const protocol = protocolsOf(request).find((name) => name.startsWith(keyProtocol));
  return protocol?.slice(keyProtocol.length);
}

/** The subprotocols that a request for a WebSocket offers, without the key. */
export function offeredProtocols(request: Request): readonly string[] {
  return protocolsOf(request).filter((name) => !name.startsWith(keyProtocol));
}

function protocolsOf({ headers }: Request): string[] {
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") return [];
  return (headers.get("sec-websocket-protocol") ?? "").split(",").map((name) => name.trim());
}
