// This folder: what HTTP asks for: routes, who may call, errors as OpenAI's clients read them.

import { AsrError, messageOf } from "../../contract/errors.ts";
import type { ServerContext } from "../service/service.ts";

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

  constructor(status: number, message: string, { code, param, headers = {} }: ProblemDetails = {}) {
    super(message);
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
  if (!(thrown instanceof AsrError))
    return new Problem(500, `a fault of bun-asr: ${messageOf(thrown)}`);
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
      return new Problem(500, thrown.oneLine, { code: thrown.code });
  }
}

/** Nobody reads it: it is for the log, and for what is counted. */
export function clientLeft(): Problem {
  return new Problem(499, "the client left");
}

/** Whether it is a fault of the server, of which nobody was told on purpose. */
export function isFault(thrown: unknown): boolean {
  return !(thrown instanceof Problem) && problemOf(thrown).status === 500;
}

/** What the client of a stream is told; whoever runs the server is told of a fault. */
export function reportedProblem(thrown: unknown, context: Pick<ServerContext, "report">): Problem {
  if (isFault(thrown)) context.report(thrown);
  return problemOf(thrown);
}
