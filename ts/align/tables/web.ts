import { inTime } from "../../concurrency/in-time.ts";
import { AsrError, messageOf } from "../../contract/errors.ts";
import { Fault } from "../../hub/retries.ts";
import type { Tuning } from "../../hub/tuning.ts";

/** What is asked for, and how. */
export interface WebRequest {
  url: string;
  /** What messages call it. */
  name: string;
  /** Most bytes that are taken. */
  maxBytes: number;
  accept: string;
  /** Sent to the host of `url` alone. */
  authorization: string | undefined;
  signal: AbortSignal;
  onBytes?: (bytes: number) => void;
}

/** What came, and the address that it came from. */
export interface WebAnswer {
  bytes: Buffer;
  url: string;
}

const maxRedirects = 8;

/**
 * Gets what lies at an address of the web, following redirects. Throws `Fault` for what may be gone
 * at the next try, AsrError `model` for every other answer.
 */
export async function getBytes(
  request: WebRequest,
  { answerMs, stallMs }: Pick<Tuning, "answerMs" | "stallMs">,
): Promise<WebAnswer> {
  const { name, signal } = request;
  const ending = new AbortController();
  const until = AbortSignal.any([signal, ending.signal]);
  const silent = (ms: number) => {
    const why = `no byte for ${ms / 1000} s`;
    return new Fault(`${name}: ${why}`, { unreachable: why });
  };
  try {
    const response = await inTime(follow(request, until), answerMs, () => silent(answerMs));
    const { body, url } = response;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const reader = body?.getReader();
    while (reader !== undefined) {
      const { value, done } = await inTime(reader.read(), stallMs, () => silent(stallMs));
      if (done) break;
      bytes += value.length;
      if (bytes > request.maxBytes) throw refused(name, "more bytes came than expected");
      chunks.push(value);
      request.onBytes?.(bytes);
    }
    return { bytes: Buffer.concat(chunks), url };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AsrError || error instanceof Fault) throw error;
    const isCode = error instanceof Error && "code" in error;
    const why = `the connection failed: ${isCode ? error.code : messageOf(error)}`;
    throw new Fault(`${name}: ${why}`, { unreachable: why });
  } finally {
    ending.abort();
  }
}

async function follow(request: WebRequest, signal: AbortSignal): Promise<Response> {
  const { name, accept, authorization } = request;
  const home = new URL(request.url).origin;
  let { url } = request;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const own = new URL(url).origin === home;
    const secret = own && authorization !== undefined ? { authorization } : {};
    const headers = { accept, "user-agent": "bun-asr", ...secret };
    const response = await fetch(url, { headers, redirect: "manual", signal });
    const location = response.headers.get("location");
    if (response.ok) return response;
    if (response.status >= 300 && response.status < 400 && location !== null) {
      url = nextAddress(url, location, name);
      continue;
    }
    throw answered(response.status, name);
  }
  throw refused(name, "it is redirected in a circle");
}

function nextAddress(from: string, location: string, name: string): string {
  const to = URL.parse(location, from);
  const isSafe =
    to?.protocol === "https:" || (to?.protocol === "http:" && from.startsWith("http:"));
  if (to === null || !isSafe) throw refused(name, "it is redirected to no safe address");
  return to.href;
}

function answered(status: number, name: string): Error {
  const isPassing = status === 408 || status === 425 || status === 429 || status >= 500;
  const message = `the package index answered ${status}`;
  return isPassing ? new Fault(`${name}: ${message}`) : refused(name, message);
}

function refused(name: string, why: string): AsrError {
  const hint = "check PIP_INDEX_URL and the proxy, or try again later";
  return new AsrError("model", `${name}: ${why}`, hint);
}
