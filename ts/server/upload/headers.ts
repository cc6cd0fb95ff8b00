/** A header's value and what stands behind its semicolons, such as `charset` of a content type. */
export interface HeaderValue {
  /** In lower case. */
  value: string;
  /** By name, in lower case. */
  parameters: ReadonlyMap<string, string>;
}

/** A parameter of a header: `; name=value` or `; name="quoted \" value"`. */
const parameter = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/gsu;

/** Reads a header such as `form-data; name="file"; filename="a;b.mp3"`. */
export function headerValue(line: string): HeaderValue {
  const end = line.indexOf(";");
  const value = (end < 0 ? line : line.slice(0, end)).trim().toLowerCase();
  const parameters = new Map<string, string>();
  for (const [, name = "", quoted, plain = ""] of line.matchAll(parameter)) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted === undefined ? plain.trim() : quoted);
  }
  return { value, parameters };
}

/**
 * What was written into quotes. Some clients put a backslash before quotes and backslashes,
 * browsers write `%22`, `%0D` and `%0A`, and a path of Windows has its backslashes as they are.
 */
export function unquoted(text: string): string {
  return text
    .replaceAll(/\\(["\\])/g, "$1")
    .replaceAll(/%(22|0D|0A)/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
}

/** The text of `filename*`, as in `UTF-8''na%C3%AFve.mp3`; undefined where it is none. */
export function extendedText(text: string): string | undefined {
  const [, charset = "", coded = ""] = /^([\w-]+)'[^']*'(.*)$/su.exec(text) ?? [];
  const bytes = Uint8Array.from(
    coded.replaceAll(/%([\da-f]{2})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    ),
    (letter) => letter.charCodeAt(0),
  );
  return charset === "" ? undefined : decodedText(bytes, charset);
}

/** Text in a charset; undefined where the charset is unknown or the bytes are not in it. */
export function decodedText(bytes: Uint8Array, charset: string): string | undefined {
  try {
    return new TextDecoder(charset as Bun.Encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
