import type { Limits } from "../service/settings.ts";

/** Who sends nothing for so long waits for the answer. */
const pauseMs = 500;

/**
 * Takes what a client still sends when its request is refused and throws it away, where its
 * connection ends with the answer: a connection that is closed with bytes unread is reset, and the
 * answer is lost, as it would be behind nginx and for Python's urllib. Others Bun reads to the end
 * of the request by itself. Takes no longer than an upload may be silent.
 */
export async function discardUnread(
  request: Request,
  response: Response,
  { maxUploadSilence }: Limits,
): Promise<void> {
  const said = [request, response].map(({ headers }) => headers.get("connection")?.toLowerCase());
  if (!said.includes("close")) return;
  if (request.body === null || request.body.locked) return;
  const reader = request.body.getReader();
  const end = performance.now() + maxUploadSilence * 1000;
  const pause = setTimeout(() => void reader.cancel().catch(() => {}), pauseMs);
  try {
    while (!(await reader.read()).done && performance.now() < end) pause.refresh();
  } catch {
    // The client has left.
  } finally {
    clearTimeout(pause);
    reader.releaseLock();
  }
}
