import { languages } from "../contract/language-names.ts";
import { separator } from "./joining.ts";

/** Stands between the language and the text. */
export const textTag = "<asr_text>";

/** A stretch of a raw answer that is no text; `to` is not included. */
export interface Cut {
  from: number;
  to: number;
  /** What separates the texts on both sides, where they were written as two answers. */
  instead: "" | " ";
}

/** What a raw answer says. */
export interface Answer {
  /** Name of the language, as the first header that names one has it; "" for none. */
  language: string;
  /** In order. */
  cuts: readonly Cut[];
  /** How many of the cuts should not be there: all but a header at the start. */
  strays: number;
}

interface Header {
  /** Where it starts. */
  index: number;
  /** "" where it says `None`, or nothing. */
  language: string;
}

/** What stands for something else than text, written out. */
const markers = /<asr_text>|<timestamp>|<\|\w+\|>/g;

/**
 * Reads a raw answer. It should be `language English<asr_text>` and the text; with a forced
 * language, text alone. But models write a second header within the text, or a tag or another
 * marker that nothing asked for: those are cut, and the text on both sides of them is kept.
 */
export function readAnswer(raw: string, forcedLanguage?: string): Answer {
  const cuts: Cut[] = [];
  let language = forcedLanguage ?? "";
  let text = "";
  let at = 0;
  let strays = 0;
  for (const { 0: marker, index } of raw.matchAll(markers)) {
    const end = index + marker.length;
    const header =
      marker === textTag ? headerOf(raw.slice(at, index), at === 0, language) : undefined;
    const from = header === undefined ? index : at + header.index;
    text += raw.slice(at, from);
    // A stray tag may stand within a word.
    const parts = header !== undefined || at === 0;
    const instead = parts ? separator(text.trimStart(), raw.slice(end)) : "";
    // One between two words leaves one blank of the two around it.
    const to = !parts && text.endsWith(" ") && raw[end] === " " ? end + 1 : end;
    cuts.push({ from, to, instead });
    if (cuts.length > 1 || marker !== textTag || text.trim() !== "") strays++;
    text += instead;
    if (language === "") language = header?.language ?? "";
    at = to;
  }
  return { language, cuts, strays };
}

/** The raw answer without what is cut. */
export function withoutCuts(raw: string, cuts: readonly Cut[]): string {
  const kept = cuts.map(
    ({ from, instead }, index) => raw.slice(cuts[index - 1]?.to ?? 0, from) + instead,
  );
  return kept.join("") + raw.slice(cuts.at(-1)?.to ?? 0);
}

/** Without the end of a growing text that may yet become a header or a marker. */
export function withoutOpenEnd(text: string): string {
  const open = /<[|\w]*$/.exec(text) ?? openHeader.exec(text);
  if (open === null) return text;
  const name = (open[1] ?? "").toLowerCase();
  const mayBe = name === "" || [...names].some((candidate) => candidate.startsWith(name));
  return mayBe ? text.slice(0, open.index) : text;
}

/** Whether nothing but a header was written, or a part of one: there is no text yet. */
export function isOpenHeader(raw: string): boolean {
  return /^\s*(?:language(?:\s+\p{L}*)?)?\s*$/iu.test(raw);
}

/** A header starts a line, or follows the prompt's last word, which models repeat with it. */
const firstHeader = /(?:^|\n|assistant)\s*language(?:[^\S\n]+(\S[^\n]*?))?\s*$/iu;
/** Within a text it stands anywhere, but then its language is a known one. */
const laterHeader = /(?:assistant\s*)?language\s+(\p{L}+)\s*$/iu;
const openHeader = /(?:assistant\s*)?language(?:\s+(\p{L}*))?\s*$/iu;

const names = new Set(["none", ...Object.values(languages).map((name) => name.toLowerCase())]);

/** The header that ends what stands before a tag. */
function headerOf(before: string, isFirst: boolean, language: string): Header | undefined {
  const later = laterHeader.exec(before);
  const name = later?.[1]?.toLowerCase() ?? "";
  const isKnown = names.has(name) || name === language.toLowerCase();
  const found = later !== null && isKnown ? later : isFirst ? firstHeader.exec(before) : null;
  if (found === null) return undefined;
  const said = (found[1] ?? "").trim();
  const isNone = said === "" || said.toLowerCase() === "none";
  return {
    index: found.index,
    language: isNone ? "" : said.charAt(0).toUpperCase() + said.slice(1).toLowerCase(),
  };
}
