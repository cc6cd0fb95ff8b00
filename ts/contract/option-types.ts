import { AsrError } from "./errors.ts";

/** What each option is; JavaScript callers and JSON files can pass anything. */
const kinds: Readonly<Record<string, "a string" | "a number" | "a boolean" | "a function">> = {
  model: "a string",
  precision: "a string",
  threads: "a number",
  bufferCacheBytes: "a number",
  batch: "a number",
  offline: "a boolean",
  cacheDir: "a string",
  language: "a string",
  prompt: "a string",
  maxTokens: "a number",
  chunkSeconds: "a number",
  vad: "a boolean",
  pauseSeconds: "a number",
  mel: "a string",
  temperature: "a number",
  seed: "a number",
  repetitionPenalty: "a number",
  noRepeatNgram: "a number",
  live: "a boolean",
  stepSeconds: "a number",
  logprobs: "a boolean",
  onProgress: "a function",
};

/**
 * Refuses values of the wrong type, before anything is done with them. Throws AsrError `usage`.
 */
export function checkOptionTypes(options: object): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const expected = name === "signal" ? "an AbortSignal" : kinds[name];
    const is = name === "signal" ? value instanceof AbortSignal : expected?.endsWith(typeof value);
    if (expected === undefined || is) continue;
    throw new AsrError("usage", `${name} is ${shown(value)}, expected ${expected}`);
  }
  checkList("languages", options, (item) => typeof item === "string", "strings");
  checkList("keywords", options, isKeyword, 'texts or {word: "…"}');
}

function checkList(
  name: string,
  options: object,
  fits: (item: unknown) => boolean,
  expected: string,
): void {
  const list: unknown = new Map(Object.entries(options)).get(name);
  if (list === undefined || (Array.isArray(list) && list.every(fits))) return;
  throw new AsrError("usage", `${name} is ${shown(list)}, expected a list of ${expected}`);
}

function isKeyword(item: unknown): boolean {
  if (typeof item !== "object" || item === null) return typeof item === "string";
  if (!("word" in item) || typeof item.word !== "string") return false;
  return !("weight" in item) || ["number", "undefined"].includes(typeof item.weight);
}

function shown(value: unknown): string {
  return Bun.inspect(value, { depth: 0 }).slice(0, 40);
}
