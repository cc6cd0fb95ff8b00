import { dims, type JapaneseTables, pairKey } from "./tables.ts";

/** Rows that stand for what the tables do not have, and for what lies outside of the text. */
const unknown = 0;
const outside = 1;
/** Characters of the longest word that is looked up. */
const maxWord = 8;

/** Kinds of characters. */
const kinds = { hiragana: 0, katakana: 1, kanji: 2, latin: 3, digit: 4, other: 5, outside: 6 };

/**
 * What the network reads of each character of a lower-cased text, [characters, 200]: its row and
 * those of its neighbours, the rows of the pairs that begin at these three, their kinds, and the
 * sums of the rows of all words in the dictionary that start here, and that end here.
 */
export function features(characters: readonly string[], tables: JapaneseTables): Float64Array {
  const length = characters.length;
  const codes = characters.map((character) => character.codePointAt(0)!);
  const rows = codes.map((code) => tables.characters.get(code) ?? unknown);
  const pairs = codes.map((code, at) => tables.pairs.get(pairKey(code, codes[at + 1])) ?? unknown);
  const types = codes.map(kindOf);
  const { starting, ending } = dictionaryWords(characters, tables);
  const result = new Float64Array(length * dims.input);
  for (let at = 0; at < length; at++) {
    let to = at * dims.input;
    const window = (row: (place: number) => number, table: Float32Array, size: number) => {
      for (let place = at - 1; place <= at + 1; place++, to += size) {
        const from = row(place) * size;
        result.set(table.subarray(from, from + size), to);
      }
    };
    window((place) => rows[place] ?? outside, tables.characterRows, dims.character);
    window((place) => pairs[place] ?? outside, tables.pairRows, dims.pair);
    window((place) => types[place] ?? kinds.outside, tables.kindRows, dims.kind);
    for (const words of [starting[at]!, ending[at]!]) {
      addRows(words.length > 0 ? words : [tables.unknownWord], tables.wordRows, result, to);
      to += dims.word;
    }
  }
  return result;
}

/** The rows of the words that start at each character, and of those that end there, short first. */
function dictionaryWords(characters: readonly string[], { words }: JapaneseTables) {
  const starting: number[][] = characters.map(() => []);
  const ending: number[][] = characters.map(() => []);
  // By length, so that each list grows from short to long: sums of floats depend on the order.
  for (let length = 1; length <= maxWord; length++) {
    for (let from = 0; from + length <= characters.length; from++) {
      const row = words.get(characters.slice(from, from + length).join(""));
      if (row === undefined) continue;
      starting[from]!.push(row);
      ending[from + length - 1]!.push(row);
    }
  }
  return { starting, ending };
}

function addRows(
  rows: readonly number[],
  table: Float32Array,
  result: Float64Array,
  to: number,
): void {
  for (const row of rows) {
    for (let i = 0; i < dims.word; i++) result[to + i]! += table[row * dims.word + i]!;
  }
}

function kindOf(code: number): number {
  if (code >= 0x3040 && code <= 0x309f) return kinds.hiragana;
  // Neither the middle dot nor the mark of long vowels is among them.
  if (code >= 0x30a1 && code <= 0x30fa) return kinds.katakana;
  if (code >= 0x4e00 && code <= 0x9fa5) return kinds.kanji;
  if (code >= 0x61 && code <= 0x7a) return kinds.latin;
  return code >= 0x30 && code <= 0x39 ? kinds.digit : kinds.other;
}
