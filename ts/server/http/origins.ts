/**
 * Whether an origin is one of a list: itself, `*` for all, or one whose host or port is left open,
 * as in `moz-extension://*` and `http://localhost:*`.
 */
export function isListed(origin: string, list: readonly string[]): boolean {
  const plain = origin.toLowerCase();
  return list.some((entry) => {
    const allowed = entry.toLowerCase();
    if (allowed === "*" || allowed === plain) return true;
    const open = /^(.*:(?:\/\/)?)\*$/.exec(allowed)?.[1];
    return open !== undefined && plain.startsWith(open);
  });
}

/** Whether it can stand in such a list. */
export function isOriginPattern(text: string): boolean {
  return /^(?:\*|null|[a-z][a-z0-9+.-]*:\/\/(?:\*|[^\s/*:@]+(?::(?:\d+|\*))?))$/i.test(text);
}

/** What lets a page of another origin read an answer. */
export function corsHeaders(origin: string): Record<string, string> {
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "*",
  };
}

/** The answer to a browser that asks before it sends; `methods` are those of the route. */
export function preflight(request: Request, methods: readonly string[]): Response {
  const headers = new Headers({
    "access-control-allow-methods": methods.join(", "),
    "access-control-max-age": "7200",
  });
  // The SDKs add headers of their own; with a key, nothing hangs on which ones come.
  const asked = request.headers.get("access-control-request-headers");
  if (asked !== null) headers.set("access-control-allow-headers", asked);
  // Browsers ask where a page of the internet calls a machine that is not on it.
  if (request.headers.get("access-control-request-private-network") === "true")
    headers.set("access-control-allow-private-network", "true");
  return new Response(null, { status: 204, headers });
}
