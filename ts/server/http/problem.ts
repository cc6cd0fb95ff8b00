// This folder: what HTTP asks for: routes, who may call, errors as OpenAI's clients read them.

import { AsrError, messageOf } from "../../contract/errors.ts";
import type { ServerContext } from "../service/service.ts";
import { outOfFiles, withoutFolders } from "./causes.ts";

/** OpenAI's kinds of errors, from which its SDKs and the programs on them choose what they say. */
export type ProblemType =
  | "invalid_request_error"
  | "authentication_error"
  | "permission_error"
  | "rate_limit_error"
  | "server_error";

export interface ProblemDetails {
  /** A word for programs, as in `audio_too_long`. */
  code?: string;
  /** The field of the form that is wrong. */
  param?: string;
  headers?: Readonly<Record<string, string>>;
  /** What whoever runs the server should know of it, and its clients not. */
  fault?: unknown;
}

const typeOf: Readonly<Record<number, ProblemType>> = {
  401: "authentication_error",
  403: "permission_error",
  429: "rate_limit_error",
};

/** Why a request is not answered as it wished: a status and OpenAI's body of an error. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly type: ProblemType;
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly fault: unknown;

  constructor(status: number, message: string, details: ProblemDetails = {}) {
    super(message);
    const { code, param, headers = {}, fault } = details;
    this.fault = fault;
    this.status = status;
    this.type = typeOf[status] ?? (status >= 500 ? "server_error" : "invalid_request_error");
    this.code = code ?? null;
    this.param = param ?? null;
    // OpenAI's clients send again what failed with 408, 409, 429 and from 500: only those who wait
    // for a place may gain by it.
    this.headers = status === 503 ? headers : { "x-should-retry": "false", ...headers };
  }

  /** What stands in the body, and in events that tell of an error. */
  get body(): {
    error: { message: string; type: string; param: string | null; code: string | null };
  } {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code } };
  }

  response(): Response {
    return Response.json(this.body, { status: this.status, headers: this.headers });
  }
}

/** What a client is told of anything that was thrown: neither a path nor a trace. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  const full = outOfFiles(thrown);
  if (full !== undefined) return tooManyFiles(full);
  if (!(thrown instanceof AsrError)) {
    return new Problem(500, `a fault of bun-asr: ${withoutFolders(messageOf(thrown))}`);
  }
  if (thrown.reason === "too long") {
    return new Problem(413, thrown.message, { code: "audio_too_long", param: "file" });
  }
  switch (thrown.code) {
    case "input":
      return new Problem(400, thrown.oneLine, { code: "invalid_audio", param: "file" });
    case "usage":
      return new Problem(400, thrown.oneLine, { code: "invalid_value" });
    case "aborted":
      return clientLeft();
    default:
      return new Problem(500, withoutFolders(thrown.oneLine), { code: thrown.code });
  }
}

/** Nobody reads it: it is for the log, and for what is counted. */
export function clientLeft(): Problem {
  return new Problem(499, "the client left");
}

/** All that this process may open at once is open: it is for a moment alone. */
function tooManyFiles(why: Error): Problem {
  const hint = "let the server open more: ulimit -n";
  const fault = new AsrError("native", `no more can be opened: ${why.message}`, hint);
  const message = "too many files and connections are open: come again later";
  const details = { code: "too_many_files", headers: { "retry-after": "1" }, fault };
  return new Problem(503, message, details);
}

/** What of it whoever runs the server should know: a fault, of which nobody was told on purpose. */
export function faultOf(thrown: unknown): unknown {
  const problem = problemOf(thrown);
  return problem.status === 500 && problem !== thrown ? thrown : problem.fault;
}

/** What the client of a stream is told; whoever runs the server is told of a fault. */
export function reportedProblem(thrown: unknown, context: Pick<ServerContext, "report">): Problem {
  const fault = faultOf(thrown);
  if (fault !== undefined) context.report(fault);
  return problemOf(thrown);
}
