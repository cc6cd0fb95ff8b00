const crlf = "\r\n";

/** A part of a form, as it goes over the wire. */
export interface Part {
  /** Its header lines. */
  head: readonly string[];
  body: string | Uint8Array;
}

/** The body of a form as separate pieces, in the order in which clients write them. */
export function formPieces(boundary: string, parts: readonly Part[]): Uint8Array[] {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const pieces = parts.flatMap(({ head, body }) => [
    bytes(`--${boundary}${crlf}`),
    bytes(`${head.join(crlf)}${crlf}${crlf}`),
    typeof body === "string" ? bytes(body) : body,
    bytes(crlf),
  ]);
  return [...pieces, bytes(`--${boundary}--${crlf}`)].filter((piece) => piece.length > 0);
}

/** A field as browsers, undici, Bun, httpx and requests write it. */
export function field(name: string, body: string): Part {
  return { head: [`Content-Disposition: form-data; name="${name}"`], body };
}

/** A file as they write it; without a type where `type` is undefined. */
export function file(body: Uint8Array, filename: string, type?: string): Part {
  const head = [`Content-Disposition: form-data; name="file"; filename="${filename}"`];
  return { head: type === undefined ? head : [...head, `Content-Type: ${type}`], body };
}
