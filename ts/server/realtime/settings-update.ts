import { AsrError } from "../../contract/errors.ts";
import { keywordList } from "../../contract/keywords.ts";
import { languageChoice } from "../../contract/languages.ts";
import type { Problem } from "../http/problem.ts";
import type { Limits } from "../service/settings.ts";
import { type AudioFormat, pcmRates } from "./audio-format.ts";
import { type Fields, quoted } from "./fields.ts";
import {
  defaultServerVad,
  delays,
  eagernesses,
  includes,
  type ServerVad,
  type SessionSettings,
  type TranscriptionSettings,
} from "./settings.ts";

/** What settings are checked by. */
export interface UpdateContext {
  /** The model of turns for which the client names none. */
  readonly model: string;
  readonly limits: Pick<Limits, "maxPromptBytes" | "maxKeywords" | "maxKeywordLength">;
}

/**
 * The settings after an update of the session: what it does not name stays. Both the fields of
 * today and the flat ones that came before them are read; unknown ones are passed over. Throws
 * `Problem` for the first that cannot be had.
 */
export function updated(
  before: SessionSettings,
  session: Fields,
  context: UpdateContext,
): SessionSettings {
  const type = session.text("type") ?? "transcription";
  if (type !== "transcription") {
    throw session.invalid("type", `this server has "transcription" alone, not ${quoted([type])}`);
  }
  const flat = {
    ...before,
    include: includeIn(session, before),
    format: flatFormatIn(session) ?? before.format,
    ...inputIn(session, "input_audio_", before, context),
  };
  const input = session.object("audio")?.object("input");
  if (input === undefined) return flat;
  return { ...flat, format: formatIn(input) ?? flat.format, ...inputIn(input, "", flat, context) };
}

/** What stands in both forms, where other fields of it begin with `prefix`. */
function inputIn(
  input: Fields,
  prefix: string,
  before: SessionSettings,
  context: UpdateContext,
): Pick<SessionSettings, "transcription" | "turnDetection"> {
  input.object(`${prefix}noise_reduction`)?.choice("type", ["near_field", "far_field"]);
  return {
    transcription: transcriptionIn(input, `${prefix}transcription`, before, context),
    turnDetection: turnDetectionIn(input, before),
  };
}

function includeIn(session: Fields, { include }: SessionSettings): SessionSettings["include"] {
  if (session.isNull("include")) return [];
  const known = Object.values(includes);
  return (
    session.texts("include")?.map((asked) => {
      const found = known.find((name) => name === asked);
      if (found !== undefined) return found;
      const why = `expected some of ${quoted(known)}, got ${quoted([asked])}`;
      throw session.invalid("include", why);
    }) ?? include
  );
}

function formatIn(input: Fields): AudioFormat | undefined {
  const format = input.object("format");
  if (format === undefined) return undefined;
  const types = ["audio/pcm", "audio/pcmu", "audio/pcma"] as const;
  const type = format.choice("type", types) ?? "audio/pcm";
  if (type !== "audio/pcm") return { type };
  const asked = format.number("rate", { min: 1, max: 1e6 }) ?? pcmRates[0];
  const rate = pcmRates.find((known) => known === asked);
  if (rate === undefined) {
    throw format.invalid("rate", `expected one of ${pcmRates.join(", ")}, got ${asked}`);
  }
  return { type, rate };
}

function flatFormatIn(session: Fields): AudioFormat | undefined {
  const names = ["pcm16", "g711_ulaw", "g711_alaw"] as const;
  switch (session.choice("input_audio_format", names)) {
    case "pcm16":
      return { type: "audio/pcm", rate: pcmRates[0] };
    case "g711_ulaw":
      return { type: "audio/pcmu" };
    case "g711_alaw":
      return { type: "audio/pcma" };
    default:
      return undefined;
  }
}

function transcriptionIn(
  input: Fields,
  name: string,
  { transcription: before }: SessionSettings,
  context: UpdateContext,
): TranscriptionSettings | null {
  if (input.isNull(name)) return null;
  const fields = input.object(name);
  if (fields === undefined) return before;
  const { maxPromptBytes } = context.limits;
  const prompt = fields.text("prompt");
  if (prompt !== undefined && Buffer.byteLength(prompt) > maxPromptBytes) {
    throw fields.invalid("prompt", `it has more than ${maxPromptBytes} bytes`, "prompt_too_long");
  }
  const given = {
    model: fields.text("model"),
    language: fields.text("language"),
    languages: fields.texts("languages"),
    keywords: keywordsIn(fields, context),
    prompt,
    delay: fields.choice("delay", delays),
  };
  return merged(before ?? { model: context.model }, given, fields);
}

/** What is given in place of what was before; null and "" take a setting back. */
function merged(
  before: TranscriptionSettings,
  given: { [Name in keyof TranscriptionSettings]: TranscriptionSettings[Name] | undefined },
  fields: Fields,
): TranscriptionSettings {
  const names = Object.keys(given) as (keyof TranscriptionSettings)[];
  const entries: [string, unknown][] = Object.entries(before);
  for (const name of names) if (fields.has(name)) entries.push([name, given[name]]);
  // One of them takes the place of the other, which the client may have set before.
  if (given.language && !fields.has("languages")) entries.push(["languages", undefined]);
  if (given.languages?.length && !fields.has("language")) entries.push(["language", undefined]);
  const after = Object.fromEntries(entries);
  const isSet = ([name, value]: [string, unknown]) =>
    value !== undefined && (name === "model" || value !== "") && !isEmptyList(value);
  // The names and types are those of the settings and of what was read above.
  const settings = {
    model: before.model,
    ...Object.fromEntries(Object.entries(after).filter(isSet)),
  } as TranscriptionSettings;
  checked(fields, "language", () => languageChoice({ ...settings }));
  return settings;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function keywordsIn(fields: Fields, { limits }: UpdateContext): readonly string[] | undefined {
  const keywords = fields.texts("keywords");
  if (keywords === undefined) return undefined;
  const { maxKeywords, maxKeywordLength } = limits;
  if (keywords.length > maxKeywords) {
    throw fields.invalid("keywords", `there are more than ${maxKeywords}`);
  }
  if (keywords.some((keyword) => keyword.length > maxKeywordLength)) {
    throw fields.invalid("keywords", `one has more than ${maxKeywordLength} characters`);
  }
  checked(fields, "keywords", () => keywordList(keywords));
  return keywords;
}

function turnDetectionIn(
  input: Fields,
  { turnDetection: before }: SessionSettings,
): SessionSettings["turnDetection"] {
  if (input.isNull("turn_detection")) return null;
  const fields = input.object("turn_detection");
  if (fields === undefined) return before;
  const type = fields.choice("type", ["server_vad", "semantic_vad"]) ?? before?.type;
  if (type === "semantic_vad") {
    const eagerness = before?.type === type ? before.eagerness : "auto";
    return { type, eagerness: fields.choice("eagerness", eagernesses) ?? eagerness };
  }
  return serverVadIn(fields, before?.type === "server_vad" ? before : defaultServerVad);
}

function serverVadIn(fields: Fields, before: ServerVad): ServerVad {
  const idle = fields.number("idle_timeout_ms", { min: 1000, max: 30_000 });
  const keptIdle = fields.has("idle_timeout_ms") ? idle : before.idle_timeout_ms;
  return {
    type: "server_vad",
    threshold: fields.number("threshold", { min: 0, max: 1 }) ?? before.threshold,
    prefix_padding_ms:
      fields.number("prefix_padding_ms", { min: 0, max: 5000 }) ?? before.prefix_padding_ms,
    silence_duration_ms:
      fields.number("silence_duration_ms", { min: 50, max: 30_000 }) ?? before.silence_duration_ms,
    ...(keptIdle === undefined ? {} : { idle_timeout_ms: keptIdle }),
  };
}

/** Tells of what the API would refuse later in the words of the field. */
function checked(fields: Fields, name: string, check: () => unknown): void {
  try {
    check();
  } catch (error) {
    throw error instanceof AsrError ? refused(fields, name, error) : error;
  }
}

function refused(fields: Fields, name: string, error: AsrError): Problem {
  return fields.invalid(name, error.oneLine);
}
