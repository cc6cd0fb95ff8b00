import { isRecord, recordIn } from "./records.ts";

/**
 * What a person can do about a failure. `key`: give one, or another. `busy`: try again in a while.
 * `away`: see to the server. `refused`: take another recording, or other settings. `microphone`:
 * let the page hear. `fault`: try again, or report it.
 */
export type TroubleKind = "key" | "busy" | "away" | "refused" | "microphone" | "fault";

/** A failure in words for the person in front of the page. */
export interface Trouble {
  kind: TroubleKind;
  /** What happened, and what to do about it. */
  text: string;
  /** Seconds after which the server hopes to have a place. */
  retryAfter?: number;
}

/** Something failed, and it is known what to tell. */
export class TroubleError extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.text);
  }
}

export const away: Trouble = {
  kind: "away",
  text: "The server does not answer. See whether bun-asr serve is still running, then try again.",
};

export const notConnected: Trouble = {
  kind: "away",
  text:
    "The server opened no connection for captions. It may have too many of them, or a proxy " +
    "before it passes no WebSockets on. Try again in a while.",
};

const busyText = "The server is busy with other recordings.";

/** What an answer other than success means. `body` is what the server says, as it came. */
export function troubleOf(status: number, body: string, retryAfter: string | null): Trouble {
  if (status === 0) return away;
  const said = messageIn(body);
  if (status === 401) return { kind: "key", text: "This server asks for a key." };
  if (status === 503 || status === 429) {
    const seconds = Number.parseInt(retryAfter ?? "", 10);
    return { kind: "busy", text: busyText, retryAfter: Number.isNaN(seconds) ? 5 : seconds };
  }
  if (status === 413) {
    const what = said ?? "The recording is larger than this server takes.";
    return { kind: "refused", text: `${sentence(what)} Cut it into parts, or compress it.` };
  }
  if (status === 403) {
    return { kind: "refused", text: sentence(said ?? "The server does not let this page in.") };
  }
  if (status >= 500) {
    return { kind: "fault", text: `The server failed: ${sentence(said ?? `status ${status}.`)}` };
  }
  return { kind: "refused", text: sentence(said ?? `The server refused this: status ${status}.`) };
}

/** The message in OpenAI's body of an error; undefined where there is none. */
export function messageIn(body: string): string | undefined {
  const error = recordIn(body)?.["error"];
  const message = isRecord(error) ? error["message"] : undefined;
  return typeof message === "string" && message !== "" ? message : undefined;
}

/** A message of the server as a sentence of its own. */
export function sentence(message: string): string {
  const first = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?。]$/.test(first) ? first : `${first}.`;
}

/** Why there is no microphone, by what the browser threw. */
export function microphoneTrouble(thrown: unknown): Trouble {
  const name = thrown instanceof Error ? thrown.name : "";
  const text = microphoneTexts[name] ?? "The microphone could not be opened. Try it again.";
  return { kind: "microphone", text };
}

const microphoneTexts: Readonly<Record<string, string>> = {
  NotAllowedError:
    "This page may not use the microphone. Allow it beside the address of the page, then start " +
    "again.",
  NotFoundError: "No microphone was found. Connect one, then start again.",
  OverconstrainedError: "No microphone was found. Connect one, then start again.",
  NotReadableError:
    "The microphone is in use by another program, or its driver failed. Close that program, then " +
    "start again.",
  SecurityError: "This page may not use the microphone here.",
};

/** The browser has the microphone, and nothing comes from it. */
export const noSound: Trouble = {
  kind: "microphone",
  text:
    "The browser gives no sound of the microphone. See whether the sound of this machine works, " +
    "then start again.",
};

/** What to say where the browser hands out no microphone, because the page came unencrypted. */
export const insecureOrigin: Trouble = {
  kind: "microphone",
  text:
    "Browsers give the microphone to pages of this machine and over HTTPS only. Open the page as " +
    "http://localhost on the machine of the server, or put HTTPS before it. Files work here, too.",
};
