import { fileURLToPath } from "node:url";
import { AsrError, messageOf } from "../contract/errors.ts";
import { shortened } from "../contract/shortened.ts";

/** What a URL names: a file of this machine, or bytes that it holds itself. */
export type Located = { path: string } | { bytes: Uint8Array; name: string };

/** Whether a text is a URL, and no path: a file with such a name is meant by `./http:x`. */
export function isUrl(text: string): boolean {
  return /^(?:file:|data:|[a-z][a-z0-9+.-]*:\/\/)/i.test(text);
}

/** Looks at a `file:` or `data:` URL. Throws AsrError `input` for others and for broken ones. */
export function located(url: string): Located {
  if (/^data:/i.test(url)) return embedded(url);
  if (/^file:/i.test(url)) return { path: pathIn(url) };
  const hint = "download it first, or pass the Response of fetch()";
  throw new AsrError("input", `${shortened(url, 200)}: is not a file on this machine`, hint);
}

function pathIn(url: string): string {
  try {
    // Bun has no path for a name that is not UTF-8: what is none in it is \ufffd, as in arguments.
    return fileURLToPath(url) || percentDecoded(new URL(url).pathname).toString("utf8");
  } catch (error) {
    const message = `${shortened(url, 200)}: names no file of this machine: ${messageOf(error)}`;
    throw new AsrError("input", message, "pass its path");
  }
}

/** The bytes in a `data:` URL, as RFC 2397 has it. */
function embedded(url: string): Located {
  const comma = url.indexOf(",");
  const type = url.slice("data:".length, comma < 0 ? undefined : comma);
  const isBase64 = /;\s*base64\s*$/i.test(type);
  const name = `data:${shortened(type.replace(/;.*/s, ""), 40)}`;
  try {
    if (comma < 0) throw new Error("it has no comma before its data");
    const data = percentDecoded(url.slice(comma + 1));
    const bytes = isBase64 ? fromBase64(data.toString("latin1")) : data;
    return { bytes, name: `${name} (${bytes.length.toLocaleString("en")} bytes)` };
  } catch (error) {
    const message = `${name}: cannot be read: ${messageOf(error)}`;
    throw new AsrError("input", message, "expected data:TYPE;base64,DATA");
  }
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text, { alphabet: /[-_]/.test(text) ? "base64url" : "base64" });
  } catch {
    throw new Error("its base64 is damaged");
  }
}

/** The bytes of a text in a URL, which need be no UTF-8. */
function percentDecoded(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  if (!bytes.includes("%")) return bytes;
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const code = bytes[at] === 0x25 ? bytes.toString("latin1", at + 1, at + 3) : "";
    const isCode = /^[0-9a-f]{2}$/i.test(code);
    bytes[length++] = isCode ? Number.parseInt(code, 16) : bytes[at]!;
    if (isCode) at += 2;
  }
  return bytes.subarray(0, length);
}
