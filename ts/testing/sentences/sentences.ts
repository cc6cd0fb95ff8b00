// This folder: sentences of Japanese and Korean, written or made by chance, to be cut into words.

import { japaneseSentence } from "./japanese.ts";
import { japaneseTexts } from "./japanese-texts.ts";
import { koreanSentence } from "./korean.ts";
import { koreanTexts } from "./korean-texts.ts";
import { Random } from "./random.ts";

/** Languages whose words are cut by tables. */
export type CutLanguage = "Japanese" | "Korean";

/** Blocks of Unicode that a text of any language may have characters of. */
const blocks = [
  [0x20, 0x7e],
  [0xa0, 0x2ff],
  [0x300, 0x36f],
  [0x370, 0x5ff],
  [0x1100, 0x11ff],
  [0x1e00, 0x214f],
  [0x2150, 0x27bf],
  [0x3000, 0x30ff],
  [0x3130, 0x33ff],
  [0x4e00, 0x9fff],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe00, 0xffef],
  [0x1f100, 0x1faff],
  [0x20000, 0x2a6df],
  [0, 0x10ffff],
] as const;

/** The written sentences of a language first, then made ones: `count` in all, by the seed. */
export function sentences(language: CutLanguage, count: number, seed: number): string[] {
  const random = new Random(seed);
  const isJapanese = language === "Japanese";
  const written = isJapanese ? japaneseTexts : koreanTexts;
  const made = isJapanese ? japaneseSentence : koreanSentence;
  return Array.from({ length: count }, (_, index) => {
    return written[index] ?? (random.chance(0.85) ? made(random) : noise(random, made));
  });
}

/** Characters by chance, or pieces of sentences that are cut anywhere and put together. */
function noise(random: Random, made: (random: Random) => string): string {
  if (random.chance(0.5)) {
    return Array.from({ length: 1 + random.below(5) }, () => {
      const characters = Array.from(made(random));
      const from = random.below(characters.length);
      return characters.slice(from, from + 1 + random.below(12)).join("");
    }).join("");
  }
  const some = Array.from({ length: 1 + random.below(3) }, () => random.pick(blocks));
  return Array.from({ length: 1 + random.below(40) }, () => {
    const [first, last] = random.pick(some);
    const code = first + random.below(last - first + 1);
    // Halves of pairs are no characters, and what is not assigned changes with the year.
    const character = String.fromCodePoint(code);
    return /^[\p{Cs}\p{Cn}]$/u.test(character) ? "" : character;
  }).join("");
}
