import type { RecordingSettings } from "../../contract/options.ts";
import { type Fields, numberIn, unexpected } from "./fields.ts";

const field = "chunking_strategy";
const kinds = 'auto or an object whose type is "server_vad"';

/** Bounds of `pauseSeconds`, in the milliseconds of the field. */
const [minPause, maxPause] = [200, 60_000];

/**
 * How a recording is cut, from OpenAI's `chunking_strategy`: `auto`, or an object, which comes as
 * JSON or as one field for each of its keys. Both end chunks at pauses and leave the silence out.
 * `threshold` and `prefix_padding_ms` are checked and change nothing: the level of speech is found
 * in the recording itself, and what stands before it is kept.
 */
export function chunkingOf(fields: Fields): Pick<RecordingSettings, "vad" | "pauseSeconds"> {
  const parts = fields.object(field);
  const text = fields.text(field)?.trim();
  if (text === "auto") return { vad: true };
  const strategy = text === undefined ? parts : parsed(text);
  if (Object.keys(strategy).length === 0) return {};
  if (strategy["type"] !== "server_vad") throw unexpected(`${field}.type`, strategy["type"], kinds);
  const number = (key: string, min: number, max: number) => {
    const value = strategy[key] ?? undefined;
    if (value === undefined) return undefined;
    return numberIn(`${field}.${key}`, String(value), min, max);
  };
  number("threshold", 0, 1);
  number("prefix_padding_ms", 0, maxPause);
  const pause = number("silence_duration_ms", minPause, maxPause);
  return { vad: true, ...(pause === undefined ? {} : { pauseSeconds: pause / 1000 }) };
}

function parsed(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // What is no JSON is no object either.
  }
  throw unexpected(field, text, kinds);
}
