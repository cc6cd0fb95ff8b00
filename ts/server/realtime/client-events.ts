import { Problem } from "../http/problem.ts";
import { Fields, isObject, quoted } from "./fields.ts";

/** What a client may say. */
export const clientEvents = [
  "session.update",
  "transcription_session.update",
  "input_audio_buffer.append",
  "input_audio_buffer.commit",
  "input_audio_buffer.clear",
] as const;

export type ClientEvent = (typeof clientEvents)[number];

/** Most bytes of sound in one message, as OpenAI has it. */
const maxAppendBytes = 15 * 2 ** 20;

/** Reads a message. Throws `Problem` for what is no event. */
export function fieldsOf(message: string | Buffer): Fields {
  if (typeof message !== "string") {
    const hint = "send events as text, with the sound in base64";
    throw new Problem(400, `the message is binary; ${hint}`, { code: "invalid_message" });
  }
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    throw new Problem(400, "the message is not JSON", { code: "invalid_json" });
  }
  if (isObject(value)) return new Fields(value, "");
  throw new Problem(400, "the message is not a JSON object", { code: "invalid_json" });
}

/** Which event it is. Throws `Problem` for those that a transcription session does not have. */
export function eventType(event: Fields): ClientEvent {
  const type = event.text("type");
  if (type === undefined) throw event.missing("type");
  const known = clientEvents.find((name) => name === type);
  if (known !== undefined) return known;
  throw event.invalid("type", `expected one of ${quoted(clientEvents)}, got ${quoted([type])}`);
}

/** The bytes of sound in an `input_audio_buffer.append`. */
export function audioOf(event: Fields): Uint8Array {
  const audio = event.text("audio");
  if (audio === undefined) throw event.missing("audio");
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.fromBase64(audio);
  } catch {
    throw event.invalid("audio", "it is not base64");
  }
  if (bytes.length <= maxAppendBytes) return bytes;
  throw event.invalid("audio", `it has more than ${maxAppendBytes} bytes: send less at once`);
}

/** The client's own name of an event, for the error that it leads to. */
export function eventIdOf(event: Fields | undefined): string | null {
  const id = event?.has("event_id") ? event.text("event_id") : undefined;
  return id?.slice(0, 512) ?? null;
}
