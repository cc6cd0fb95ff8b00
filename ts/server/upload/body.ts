import { inTime } from "../../concurrency/in-time.ts";
import { untilAborted } from "../../concurrency/until-aborted.ts";
import { AsrError } from "../../contract/errors.ts";
import { Problem } from "../http/problem.ts";
import type { Limits } from "../service/settings.ts";

/** Slowest upload that is waited for, in bytes a second over all of it: less than any codec. */
const minRate = 100;

/**
 * The bytes of a request as they come, each chunk borrowed until the next is asked for. Throws
 * `Problem` 413 for more than `maxUploadBytes`, before any is read where the request says so
 * itself, 408 where none comes for `maxUploadSilence` or hardly any over a longer time, 400 where
 * the body is cut, and AsrError `aborted` where the client leaves; what `closing` says where no one
 * waits for the rest.
 */
export async function* requestBody(
  request: Request,
  { maxUploadBytes, maxUploadSilence }: Limits,
  closing?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const tooLarge = () => {
    const message = `the upload is larger than ${maxUploadBytes} bytes, the most that are taken`;
    return new Problem(413, message, { code: "file_too_large", param: "file" });
  };
  if (Number(request.headers.get("content-length") ?? 0) > maxUploadBytes) throw tooLarge();
  const reader = request.body?.getReader();
  if (reader === undefined) return;
  const started = performance.now();
  let received = 0;
  try {
    for (;;) {
      const next = nextPart(reader.read(), maxUploadSilence, request.signal);
      const part = await (closing === undefined ? next : untilAborted(next, closing));
      if (part.done) return;
      received += part.value.length;
      if (received > maxUploadBytes) throw tooLarge();
      const seconds = (performance.now() - started) / 1000;
      if (received < (seconds - maxUploadSilence) * minRate) throw tooSlow(seconds);
      yield part.value;
      giveBack(part.value);
    }
  } finally {
    // What is not read yet is left to whoever answers.
    reader.releaseLock();
  }
}

/**
 * Frees the memory of a chunk that was used. The engine's collector counts it late: of an upload of
 * 1 GB in chunks without a length, 100 MB were held at a time.
 */
function giveBack({ buffer, byteLength }: Uint8Array): void {
  const isOwn = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  if (isOwn) buffer.transfer(0);
}

async function nextPart<T>(read: Promise<T>, seconds: number, client: AbortSignal): Promise<T> {
  try {
    return await inTime(read, seconds * 1000, () => tooSlow(seconds));
  } catch (error) {
    if (error instanceof Problem) throw error;
    if (client.aborted) throw new AsrError("aborted", "the client left during its upload");
    throw new Problem(400, "the upload ended early", { code: "incomplete_upload" });
  }
}

function tooSlow(seconds: number): Problem {
  const message = `the upload is too slow: hardly anything came in ${Math.round(seconds)} s`;
  // Whoever drips goes on to do so, and would hold the connection.
  return new Problem(408, message, { code: "upload_timeout", headers: { connection: "close" } });
}
