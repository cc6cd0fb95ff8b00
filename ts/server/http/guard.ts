import type { Access } from "../service/settings.ts";
import { hostName, isOwnHost } from "./hosts.ts";
import { Keys, keyOf } from "./keys.ts";
import { corsHeaders, isListed } from "./origins.ts";
import { Problem } from "./problem.ts";

/** Who may call: programs on this machine and whoever has a key; no page but those allowed. */
export class Guard {
  readonly #access: Access;
  readonly #keys: Keys;

  constructor(access: Access) {
    this.#access = access;
    this.#keys = new Keys(access.apiKeys);
  }

  /**
   * Throws `Problem` 403 for names that are not the server's, and for pages of origins that were
   * not allowed. Returns the headers that let such a page read the answer.
   */
  admit(request: Request, url: URL): Readonly<Record<string, string>> {
    const host = request.headers.get("host") ?? url.host;
    if (!isOwnHost(hostName(host), this.#access.hosts)) {
      const message = "the server does not go by the name in the header Host";
      const hint = "start it with --allow-host NAME if that name is right";
      throw new Problem(403, `${message}; ${hint}`, { code: "host_not_allowed" });
    }
    const origin = request.headers.get("origin");
    // What has no origin is no page, or one that may read nothing.
    if (origin === null) return {};
    const { origins } = this.#access;
    if (isListed(origin, origins)) return { ...corsHeaders(origin), vary: "origin" };
    // The server's own page; in front of it a proxy may speak TLS.
    if (/^https?:\/\//i.test(origin) && origin.replace(/^.*?:\/\//, "") === host) return {};
    const message = "pages of this origin may not use the server";
    const hint = "start it with --allow-origin ORIGIN if they should";
    throw new Problem(403, `${message}; ${hint}`, { code: "origin_not_allowed" });
  }

  /** Throws `Problem` 401 for requests without a key, where one is asked for. */
  authorize(request: Request): void {
    if (!this.#keys.areAsked) return;
    const key = keyOf(request);
    if (key !== undefined && this.#keys.accept(key)) return;
    const message =
      key === undefined
        ? "an API key is asked for; send it as Authorization: Bearer KEY"
        : "the API key is not one of this server's";
    const headers = { "www-authenticate": 'Bearer realm="bun-asr"' };
    throw new Problem(401, message, { code: "invalid_api_key", headers });
  }
}
