import { AsrError } from "../contract/errors.ts";
import { languageName } from "../contract/languages.ts";
import type { Item } from "./item.ts";

const known = ["id", "audio", "duration_s", "language", "start_s", "end_s", "meta"];

/** As other manifests have them. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["path", "audio"],
  ["file", "audio"],
  ["audio_path", "audio"],
  ["audio_filepath", "audio"],
  ["url", "audio"],
  ["duration", "duration_s"],
  ["lang", "language"],
  ["start", "start_s"],
  ["offset", "start_s"],
  ["end", "end_s"],
]);

const example = '{"id": "a-1", "audio": "a.wav", "duration_s": 12.5}';

/**
 * The item on a line of JSON. Throws AsrError `input` that begins with `where` for what is none,
 * lacks a field, or has one that is not right or not known.
 */
export function itemOn(line: string, where: string): Item {
  const fields = objectOn(line, where);
  const wrong = (name: string, expected: string) =>
    new AsrError("input", `${where}: "${name}" is missing or not right`, `expected ${expected}`);
  const stranger = Object.keys(fields).find((name) => !known.includes(name));
  if (stranger !== undefined) {
    const own = otherNames.get(stranger);
    const hint = own === undefined ? 'what is yours goes into "meta"' : `did you mean "${own}"?`;
    throw new AsrError("input", `${where}: "${stranger}" is no field`, hint);
  }
  const { id, audio, duration_s, language, start_s, end_s, meta } = fields;
  if (typeof id !== "string" || id === "") throw wrong("id", 'a text, as in "0057"');
  if (typeof audio !== "string" || audio === "") throw wrong("audio", "a path, or s3://bucket/key");
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(audio) && !/^(?:s3|file):\/\//i.test(audio)) {
    throw new AsrError(
      "input",
      `${where}: ${audio}: is neither a file nor in S3`,
      "download it first",
    );
  }
  const times: [string, unknown, boolean][] = [
    ["duration_s", duration_s, false],
    ["start_s", start_s, true],
    ["end_s", end_s, false],
  ];
  for (const [name, value, mayBeZero] of times) {
    if (value !== undefined && !isTime(value, mayBeZero)) {
      throw wrong(name, `seconds ${mayBeZero ? "from" : "above"} 0`);
    }
  }
  const [start = 0, end = Number.POSITIVE_INFINITY] = [start_s, end_s] as (number | undefined)[];
  const length = (duration_s as number | undefined) ?? Number.POSITIVE_INFINITY;
  if (start >= Math.min(end, length)) {
    const what = end <= length ? "end_s" : "duration_s";
    throw new AsrError("input", `${where}: start_s is not before ${what}`);
  }
  if (language !== undefined) checkLanguage(language, where);
  if (!isWithin(meta, maxLevels)) throw wrong("meta", `at most ${maxLevels} levels`);
  return { id, audio, ...given({ duration_s, language, start_s, end_s, meta }) } as Item;
}

/** Python, which packs rows, reads a thousand. */
const maxLevels = 100;

/** Whether a value has no more than so many lists and objects in one another. */
function isWithin(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isWithin(inner, levels - 1));
}

/** The object on a line. */
function objectOn(line: string, where: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // The message of the parser speaks of positions in a text that nobody sees.
    value = undefined;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return { ...value };
  }
  throw new AsrError("input", `${where}: is not a JSON object`, `expected a line like ${example}`);
}

function isTime(value: unknown, mayBeZero: boolean): boolean {
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  return mayBeZero ? value >= 0 : value > 0;
}

function checkLanguage(language: unknown, where: string): void {
  if (typeof language !== "string") {
    throw new AsrError("input", `${where}: "language" is not right`, "expected a code or name");
  }
  try {
    languageName(language);
  } catch (error) {
    if (!(error instanceof AsrError)) throw error;
    throw new AsrError("input", `${where}: ${error.message}`, error.hint);
  }
}

function given(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
