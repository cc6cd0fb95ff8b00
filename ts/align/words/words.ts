// This folder: the words that an aligner is asked for, and where they stand in the text.

import { covering } from "./cover.ts";
import { japaneseWords } from "./japanese.ts";
import { koreanWords } from "./korean.ts";
import { spacedWords } from "./spaced.ts";
import type { SpokenWord } from "./spoken-word.ts";
import { thaiWords } from "./thai.ts";
import type { WordTables } from "./word-tables.ts";

/**
 * The words of a text as the official aligner cuts it, each with its part of the text: in order,
 * without overlap, and together all but the white space. Without a letter or digit there are none.
 * `language` is a name as in `languages`. Japanese and Korean take `tables`: without them Japanese
 * is cut by ICU's dictionary, Korean at spaces alone. Thai, which the aligner does not know, is cut
 * by ICU's dictionary. Where one character is several words, as `㍿` in Japanese, those behind the
 * first may have an empty part.
 */
export function spokenWords(text: string, language: string, tables: WordTables = {}): SpokenWord[] {
  return covering(text, cut(text, language, tables));
}

function cut(text: string, language: string, { japanese, korean }: WordTables): SpokenWord[] {
  if (language === "Japanese") return japaneseWords(text, japanese);
  if (language === "Korean") return koreanWords(text, korean);
  return language === "Thai" ? thaiWords(text) : spacedWords(text);
}
