import { expect, test } from "bun:test";
import { sentences } from "../../testing/sentences/sentences.ts";
import { normalized } from "./normalized.ts";

/** Each character with what it comes from. */
function shown(text: string): string[] {
  return normalized(text).map(({ character, from, to }) => `${character} ${text.slice(from, to)}`);
}

test.each([
  ["ﾄﾞ", ["ド ﾄﾞ"]],
  ["㌔", ["キ ㌔", "ロ ㌔"]],
  ["か\u3099か", ["が か\u3099", "か か"]],
  ["a b", ["a a", "\u3000  ", "b b"]],
  ["I\u0307", ["I I\u0307"]],
  ["ㅏㅏ", ["\u1161 ㅏ", "\u1161 ㅏ"]],
  ["\u1100\u1161\u11a8\u1100", ["각 \u1100\u1161\u11a8", "\u1100 \u1100"]],
  ["ㄱㅏ", ["가 ㄱㅏ"]],
  ["a\u0315\u0323", ["ạ a\u0315\u0323", "\u0315 a\u0315\u0323"]],
  [" x \u3000\n\x1c", ["\u3000  ", "x x"]],
  ["", []],
])("of %j", (text, characters) => expect(shown(text)).toEqual(characters));

/** What it has to come to, white space at the end aside. */
function form(text: string): string {
  return text.normalize("NFKC").replaceAll("İ", "I").replaceAll(" ", "\u3000");
}

function expectForm(text: string): void {
  const characters = normalized(`${text}.`);
  expect(characters.map(({ character }) => character).join("")).toBe(form(`${text}.`));
}

test("is the form NFKC of every character between others", () => {
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    const text = `か${character}\u3099e${character}\u0301${character}`;
    if (form(text) === text) continue;
    expectForm(text);
  }
});

test("is the form NFKC of whole texts", () => {
  for (const text of [...sentences("Japanese", 1000, 5), ...sentences("Korean", 1000, 5)]) {
    expectForm(text);
  }
});
