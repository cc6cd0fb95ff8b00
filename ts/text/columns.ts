/**
 * How many columns a text takes on a screen where most characters have one, and Chinese, Japanese
 * and Korean ones two. The same as `Bun.stringWidth` tells, which browsers do not have.
 */
export function columns(text: string): number {
  if (plain.test(text)) return text.length;
  if (!pictured.test(text)) return sumOf(text);
  let sum = 0;
  for (const { segment } of graphemes.segment(text))
    sum += picture.test(segment) ? 2 : sumOf(segment);
  return sum;
}

function sumOf(text: string): number {
  let sum = 0;
  for (const character of text) {
    if (none.some((set) => set.test(character))) continue;
    sum += wide.some((set) => set.test(character)) ? 2 : 1;
  }
  return sum;
}

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/** Printable ASCII. */
const plain = /^[\x20-\x7e]*$/;

/** Whether anything in a text may be drawn as a picture. */
const pictured = /\p{RI}|\p{Emoji_Presentation}|\ufe0f|\u20e3/u;
/** Flags, and what is drawn as a picture by itself or because a selector asks for it. */
const picture = /\p{RI}\p{RI}|(?!\p{RI})\p{Emoji_Presentation}|\p{Emoji}(?:\ufe0f|\u20e3)/u;

/** What is drawn over, below or around its neighbour, or not at all. */
const none = [
  /[\p{Mn}\p{Me}\p{Cc}\xad\u0600-\u0605\u061c\u06dd\u070f\u08e2\u180e\ufeff]/u,
  /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}]/u,
  // Vowels of India's scripts that stand beside a letter, but for some; and of Korean.
  /(?![\u0903\u094e\u094f\u0983\u0a03\u0a83\u0b03])[\u0900-\u0bff](?<=\p{Mc})/u,
  /(?![\u0c03\u0c83\u0cf3\u0d03\u0d57])[\u0c00-\u0d7f](?<=\p{Mc})/u,
  /[\u0980\u0c80\u0d3a\u1160-\u11ff\ud7b0-\ud7fb]/u,
];

/** Wide and full-width characters of Unicode's annex 11. */
const wide = [
  /[\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\u3247\u3250-\ua4cf]/u,
  /[\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6]/u,
  /[\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d376}\u{1f200}-\u{1f265}]/u,
  /[\u{20000}-\u{3fffd}]/u,
];
