import { AsrError } from "../../contract/errors.ts";

/** Where packages of Python come from. */
export interface PackageIndex {
  /** The simple repository, without a slash at its end. */
  url: string;
  /** Sent to the host of `url` alone. */
  authorization: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const publicIndex = "https://pypi.org/simple";

/**
 * The index that pip or uv would ask: `PIP_INDEX_URL`, `UV_DEFAULT_INDEX`, `UV_INDEX_URL`, else
 * PyPI.
 */
export function packageIndex(environment: Environment = process.env): PackageIndex {
  const names = ["PIP_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX_URL"];
  const name = names.find((one) => environment[one]);
  // uv's may begin with a name, as in `ours=https://…`.
  const text = name === undefined ? publicIndex : environment[name]!.replace(/^[\w-]+=/, "");
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const hint = `give a URL as in ${publicIndex}`;
    throw new AsrError("usage", `${name} is not the address of a package index`, hint);
  }
  const { username, password } = url;
  const parts = [username, password].map(decoded).join(":");
  const secret = Buffer.from(parts).toString("base64");
  [url.username, url.password, url.search, url.hash] = ["", "", "", ""];
  return {
    url: url.href.replace(/\/+$/, ""),
    authorization: username || password ? `Basic ${secret}` : undefined,
  };
}

/** What a part of an address stands for; a stray % stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
