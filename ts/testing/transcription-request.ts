import type { App } from "../server/app.ts";

/** The fields of a form, in order; a name may come several times. */
export type FormFields = readonly (readonly [name: string, text: string])[];

/** A form with these fields and a recording called `talk.wav`. */
export function transcriptionForm(
  fields: FormFields,
  recording: Uint8Array<ArrayBuffer> = Buffer.from("some sound"),
): FormData {
  const form = new FormData();
  for (const [name, text] of fields) form.append(name, text);
  form.append("file", new Blob([recording]), "talk.wav");
  return form;
}

/** Sends a form to an app for its transcription. */
export async function post(
  app: App,
  body: FormData,
  { path = "/v1/audio/transcriptions", signal }: { path?: string; signal?: AbortSignal } = {},
): Promise<Response> {
  const init = { method: "POST", body, ...(signal === undefined ? {} : { signal }) };
  const response = await app.fetch(new Request(`http://127.0.0.1${path}`, init));
  if (response === undefined) throw new Error("the request became a socket");
  return response;
}

/** An event as it stands on the wire. */
export interface WireEvent {
  name: string;
  /** Of JSON; a text where it is none. */
  data: unknown;
}

/** Reads server-sent events as the standard says; comments are called `:`. */
export function wireEvents(text: string): WireEvent[] {
  return text
    .split("\n\n")
    .filter((block) => block !== "")
    .map((block) => {
      if (block.startsWith(":")) return { name: ":", data: block.slice(1).trim() };
      const [, name = "", data = ""] = /^(?:event: (.*)\n)?data: (.*)$/.exec(block) ?? [];
      return { name, data: data.startsWith("{") ? JSON.parse(data) : data };
    });
}
