import { readAnswer, textTag, withoutCuts } from "./answer.ts";
import { withoutControls } from "./controls.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** What goes into the prompt besides the audio. */
export interface PromptOptions {
  /** Name of the language to write, as in `languages`; undefined lets the model detect it. */
  language?: string | undefined;
  /** What the system turn says: what to expect, as in names, terms, the topic. */
  systemText?: string | undefined;
}

/** The model's answer, split into its parts. */
export interface ParsedOutput {
  /** Name of the language, or "" when the model heard no speech or named none. */
  language: string;
  text: string;
}

/** The added tokens that prompts and answers are made of. */
export const promptTokens: readonly string[] = [
  "<|im_start|>",
  "<|im_end|>",
  "<|audio_start|>",
  "<|audio_end|>",
  "<|audio_pad|>",
  textTag,
];

/** The token ids of a prompt around so many audio embeddings. */
export type Prompt = (audioTokens: number) => Int32Array;

/**
 * The token ids of the chat template around `audioTokens` embeddings. The system turn is always
 * there, without a newline after its text, which is plain: a special token written in it does not
 * become one.
 *
 * @example
 * const tokenizer = await Tokenizer.load("models/demo");
 * console.log(promptIds(tokenizer, 13, { language: "English", systemText: "names: Ada" }));
 */
export function promptIds(
  tokenizer: Tokenizer,
  audioTokens: number,
  options: PromptOptions = {},
): Int32Array {
  return promptOf(tokenizer, options)(audioTokens);
}

/** The chat template with its texts filled in, for all chunks of a recording: see `promptIds`. */
export function promptOf(
  tokenizer: Tokenizer,
  { language, systemText = "" }: PromptOptions,
): Prompt {
  const special = (name: string) => tokenizer.specialId(name);
  const answer = language === undefined ? "assistant\n" : `assistant\nlanguage ${language}`;
  const before = [
    special("<|im_start|>"),
    ...tokenizer.encodePlain(`system\n${systemText}`),
    special("<|im_end|>"),
    ...tokenizer.encodePlain("\n"),
    special("<|im_start|>"),
    ...tokenizer.encodePlain("user\n"),
    special("<|audio_start|>"),
  ];
  const after = [
    special("<|audio_end|>"),
    special("<|im_end|>"),
    ...tokenizer.encodePlain("\n"),
    special("<|im_start|>"),
    ...tokenizer.encodePlain(answer),
    ...(language === undefined ? [] : [special(textTag)]),
  ];
  const pad = special("<|audio_pad|>");
  return (audioTokens) => {
    const ids = new Int32Array(before.length + audioTokens + after.length);
    ids.set(before, 0);
    ids.fill(pad, before.length, before.length + audioTokens);
    ids.set(after, before.length + audioTokens);
    return ids;
  };
}

/**
 * Splits `language English<asr_text>…`; with a forced language the whole answer is text. Further
 * headers, tags and control characters are left out.
 *
 * @example
 * console.log(parseOutput("language English<asr_text>Turn on the light."));
 */
export function parseOutput(raw: string, forcedLanguage?: string): ParsedOutput {
  const { language, cuts } = readAnswer(raw, forcedLanguage);
  const text = withoutControls(withoutCuts(raw, cuts)).trim();
  return { language, text: collapseRepeats(text).trim() };
}

/**
 * A run longer than this of one character, or this many copies of a short pattern, is a decoding
 * loop.
 */
const repeatLimit = 20;
const maxPatternLength = 20;

/**
 * Cuts the traces of a decoding loop: a long run of one character, or of one short pattern, becomes
 * one copy.
 */
export function collapseRepeats(text: string): string {
  return collapsePatterns(collapseCharacters([...text])).join("");
}

function collapseCharacters(characters: readonly string[]): string[] {
  const kept: string[] = [];
  for (let start = 0; start < characters.length; ) {
    let end = start + 1;
    while (end < characters.length && characters[end] === characters[start]) end++;
    const copies = end - start > repeatLimit ? 1 : end - start;
    for (let i = 0; i < copies; i++) kept.push(characters[start]!);
    start = end;
  }
  return kept;
}

function collapsePatterns(characters: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < characters.length; ) {
    const [length, end] = loopAt(characters, at);
    const copied = length > 0 ? length : 1;
    for (let i = 0; i < copied; i++) kept.push(characters[at + i]!);
    at = length > 0 ? end : at + 1;
  }
  return kept;
}

/**
 * The shortest pattern repeated from `at` at least `repeatLimit` times: its length and where the
 * run ends.
 */
function loopAt(characters: readonly string[], at: number): [length: number, end: number] {
  for (let length = 1; length <= maxPatternLength; length++) {
    // One character counts as a pattern of two, as in the official rule: it was judged above.
    if (at + Math.max(length, 2) * repeatLimit > characters.length) break;
    let end = at + length;
    while (end < characters.length && characters[end] === characters[end - length]) end++;
    const copies = Math.floor((end - at) / length);
    if (copies >= repeatLimit) return [length, at + copies * length];
  }
  return [0, at];
}
