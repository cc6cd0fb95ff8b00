import { AsrError, messageOf } from "../../contract/errors.ts";
import { byteText } from "../../text/sizes.ts";
import { withoutFolders } from "../http/causes.ts";
import { Problem } from "../http/problem.ts";

// OpenAI's clients wait as long as they are told up to this; what is longer they do not believe.
const maxRetrySeconds = 60;

/** An answer for those who may come again after so many seconds. */
function later(message: string, code: string, seconds: number): Problem {
  const wait = Math.min(maxRetrySeconds, Math.max(1, Math.ceil(seconds)));
  return new Problem(503, message, { code, headers: { "retry-after": String(wait) } });
}

export function tooManyWait(waiting: number, seconds: number): Problem {
  const who = waiting === 1 ? "another request waits" : `${waiting} requests wait`;
  const others = waiting === 0 ? "" : `, and ${who} already`;
  return later(`all places are taken${others}: come again later`, "queue_full", seconds);
}

export function closed(): Problem {
  return later("the server is ending", "draining", 5);
}

/** Another model is needed for a live stream, and both together are too large. */
export function inUse(name: string, others: readonly string[]): Problem {
  const message = `${name} has no room in memory while live streams use ${others.join(", ")}`;
  return later(message, "no_memory", maxRetrySeconds);
}

export function tooLarge(name: string, bytes: number, limit: number): AsrError {
  const message = `${name}: takes ${byteText(bytes)}, the limit for all models is`;
  return new AsrError("model", `${message} ${byteText(limit)}`, "raise the limit of memory");
}

/** Why a model could not be opened, as clients are told: without paths of this machine. */
export function notOpened(name: string, thrown: unknown): unknown {
  if (thrown instanceof Problem) return thrown;
  const reason = thrown instanceof AsrError ? thrown.oneLine : messageOf(thrown);
  const message = `the model ${name} could not be opened: ${withoutFolders(reason)}`;
  return new Problem(500, message, { code: "model_not_opened" });
}
