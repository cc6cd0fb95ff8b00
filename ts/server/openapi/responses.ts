import { named, type Schema, text } from "./schema.ts";

/** Answers of an operation by their status. */
export type Responses = Readonly<Record<number, object>>;

/** An answer in JSON, by the name of its schema. */
export function json(description: string, schema: string, status = 200): Responses {
  return content(description, "application/json", named(schema), status);
}

export function content(
  description: string,
  type: string,
  schema: Schema = text(),
  status = 200,
): Responses {
  return { [status]: { description, content: { [type]: { schema } } } };
}

const reasons: Readonly<Record<number, string>> = {
  400: "Something in the request is wrong.",
  401: "An API key is asked for.",
  403: "The header Host or Origin is not one of those that are allowed.",
  404: "There is no such model.",
  408: "The upload is too slow.",
  413: "The recording is too large or too long.",
  415: "The body is neither a form nor a recording, or it is compressed.",
  426: "The request asks for no WebSocket.",
  500: "A fault of the server.",
  503: "Too many requests wait, or the server ends; Retry-After says when to come again.",
  507: "The server has no room for the recording.",
};

/** Answers that tell of an error. */
export function refusals(...statuses: number[]): Responses {
  return Object.fromEntries(statuses.map((status) => [status, refusal(status)]));
}

function refusal(status: number): object {
  return {
    description: reasons[status],
    content: { "application/json": { schema: named("Error") } },
  };
}
