import { isRecord, recordIn, recordsIn } from "./records.ts";
import { away, TroubleError, troubleOf } from "./troubles.ts";

const storedAs = "bun-asr key";

/** The key that the person gave; this tab alone has it, until it is closed. */
export const key = {
  get value(): string {
    return sessionStorage.getItem(storedAs) ?? "";
  },
  set value(given: string) {
    if (given === "") sessionStorage.removeItem(storedAs);
    else sessionStorage.setItem(storedAs, given);
  },
};

/** Where a route lies; relative, so that a proxy may serve the page below a path. */
export function address(path: string): URL {
  return new URL(path, document.baseURI);
}

export function authorization(): Record<string, string> {
  return key.value === "" ? {} : { Authorization: `Bearer ${key.value}` };
}

/** A model that the server offers. */
export interface OfferedModel {
  name: string;
  /** Codes of the languages that it knows; undefined where the server does not tell. */
  languages: readonly string[] | undefined;
}

/**
 * The models, without other names for them. Throws `TroubleError` where the server is
 * away or asks for a key.
 */
export async function models(): Promise<OfferedModel[]> {
  const response = await fetch(address("v1/models"), { headers: authorization() }).catch(() => {
    throw new TroubleError(away);
  });
  const body = await response.text();
  if (!response.ok)
    throw new TroubleError(troubleOf(response.status, body, response.headers.get("retry-after")));
  const list = recordIn(body)?.["data"];
  return recordsIn(list).flatMap(({ id: name, alias_of: alias, languages }) =>
    typeof name === "string" && alias === undefined
      ? [{ name, languages: textsIn(languages) }]
      : [],
  );
}

function textsIn(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.map(String) : undefined;
}

/** What a transcription may know beforehand. */
export interface Settings {
  /** "": the server's own. */
  model: string;
  /** Code of a language; "": detect it. */
  language: string;
  keywords: string[];
  prompt: string;
}

/** The message of an event that tells of an error; undefined for all others. */
export function errorIn(event: Readonly<Record<string, unknown>>): string | undefined {
  const { error } = event;
  if (!isRecord(error)) return undefined;
  return typeof error["message"] === "string" ? error["message"] : "the server failed";
}
