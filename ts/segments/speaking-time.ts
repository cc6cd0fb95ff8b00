/**
 * How long a text takes to say, in syllables: a measure to compare stretches of one recording with,
 * not a time. Scripts differ in how much of a syllable one character is; digits are read as words.
 */
export function speakingTime(text: string): number {
  let sum = 0;
  for (const character of text) sum += syllables(character);
  return sum;
}

/** Who speaks slowest still takes no longer for a syllable, in seconds. */
const slowestSyllable = 0.7;
/** A few words may still be said within a sound of this length, in seconds. */
const minLongest = 7;

/**
 * The longest time, in seconds, that a text may take to say without a pause: a sound that goes on
 * for longer, as music or noise, is something else, and the text is somewhere in its beginning.
 */
export function longestTime(text: string): number {
  return Math.max(minLongest, slowestSyllable * speakingTime(text));
}

/** The first class that a character belongs to counts. */
const classes: readonly [RegExp, number][] = [
  [/\p{Nd}/u, 1.3],
  [/[%$€£¥₹°&@+=#×÷]/u, 1.8],
  [/\p{Script=Han}/u, 1],
  [/\p{Script=Hangul}/u, 0.9],
  [/[ぁぃぅぇぉゃゅょゎァィゥェォャュョヮ]/u, 0.1],
  [/[\p{Script=Hiragana}\p{Script=Katakana}ー]/u, 0.75],
  // Short vowels are not written, so that a letter is more of a syllable.
  [/[\p{Script=Arabic}\p{Script=Hebrew}]/u, 0.55],
  [/\p{L}/u, 0.38],
  // Vowel signs of Indic scripts.
  [/\p{Mc}/u, 0.3],
];

const known = new Map<string, number>();

function syllables(character: string): number {
  let count = known.get(character);
  if (count === undefined) {
    count = classes.find(([pattern]) => pattern.test(character))?.[1] ?? 0;
    known.set(character, count);
  }
  return count;
}
