import { isSpace } from "./spoken-word.ts";

/** A character as the network reads it, and where it comes from, in UTF-16 units. */
export interface NormalizedCharacter {
  character: string;
  from: number;
  to: number;
}

/**
 * A text in Unicode's form NFKC, with spaces as wide as the others and without white space at its
 * end, character by character. Those that become one, as a letter and its mark, and those that one
 * becomes, as `㌔`, come from the same place.
 */
export function normalized(text: string): NormalizedCharacter[] {
  const characters: NormalizedCharacter[] = [];
  let open: { text: string; from: number; to: number } | undefined;
  const close = () => {
    if (open === undefined) return;
    const { from, to } = open;
    for (const character of open.text.normalize("NFKC")) {
      characters.push({ character: asRead(character), from, to });
    }
  };
  let at = 0;
  for (const character of withoutSpaceAtEnd(text)) {
    const to = at + character.length;
    if (open !== undefined && joins(character, open.text)) {
      open.text += character;
      open.to = to;
    } else {
      close();
      open = { text: character, from: at, to };
    }
    at = to;
  }
  close();
  return characters;
}

function asRead(character: string): string {
  if (character === " ") return "\u3000";
  return character === "İ" ? "I" : character;
}

function withoutSpaceAtEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1]!)) end--;
  return text.slice(0, end);
}

/** Whether a character changes, or may change, together with what is before it. */
function joins(character: string, before: string): boolean {
  if (alone.test(character)) return false;
  const own = character.normalize("NFKC");
  if (mark.test(own)) return true;
  return (before + character).normalize("NFKC") !== before.normalize("NFKC") + own;
}

/** The greater part of all texts, for speed: characters that never join what is before them. */
const alone = /^[\x20-\x7e\u3000-\u3029\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fff\uff01-\uff9d]$/u;

/** Marks may change order before they join a letter. */
const mark = /^\p{M}/u;
