// This folder: the words that an aligner is asked for, and where they stand in the text.

import { covering } from "./cover.ts";
import { japaneseWords } from "./japanese.ts";
import { koreanWords } from "./korean.ts";
import { spacedWords } from "./spaced.ts";
import type { SpokenWord } from "./spoken-word.ts";
import { thaiWords } from "./thai.ts";

/**
 * The words of a text as the official aligner cuts it, each with its part of the text: in order,
 * without overlap, and together all but the white space. Without a letter or digit there are none.
 * Thai, which the aligner does not know, is cut by ICU's dictionary.
 * `language` is a name as in `languages`.
 */
export function spokenWords(text: string, language: string): SpokenWord[] {
  return covering(text, splitter(language)(text));
}

function splitter(language: string): (text: string) => SpokenWord[] {
  if (language === "Japanese") return japaneseWords;
  if (language === "Thai") return thaiWords;
  return language === "Korean" ? koreanWords : spacedWords;
}
