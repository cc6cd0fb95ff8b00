import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { dims, type JapaneseTables, type LstmWeights, pairKey, tags } from "../japanese/tables.ts";
import { DynetText } from "./dynet.ts";
import { dictionaries } from "./pickle.ts";
import type { TableFile } from "./table-file.ts";

/** Texts of rows that stand for no text. */
const unknown = "oov";
/** What follows the last character of a text in the names of pairs. */
const textEnd = "<E>";

const gates = 4 * dims.cells;

/** Parameters of nagisa's file that cut words, and their names here. */
const parameters = {
  forwardInput: ["/birnn/vanilla-lstm-builder/_0", dims.input * gates],
  forwardRecurrent: ["/birnn/vanilla-lstm-builder/_1", dims.cells * gates],
  forwardBias: ["/birnn/vanilla-lstm-builder/_2", gates],
  backwardInput: ["/birnn/vanilla-lstm-builder_1/_0", dims.input * gates],
  backwardRecurrent: ["/birnn/vanilla-lstm-builder_1/_1", dims.cells * gates],
  backwardBias: ["/birnn/vanilla-lstm-builder_1/_2", gates],
  output: ["/_5", tags.count * 2 * dims.cells],
  outputBias: ["/_6", tags.count],
  transitions: ["/_7", tags.count * tags.count],
  kindRows: ["/_3", 7 * dims.kind],
} as const;

/** Takes from the files of nagisa's wheel, `.dict` and `.model`, what cuts words. */
export async function fromNagisa(dictionary: Buffer, model: Buffer): Promise<TableFile> {
  const [characters, pairs, words] = dictionaries(await promisify(gunzip)(dictionary), 3);
  const text = new DynetText(model);
  const numbers: Record<string, Float32Array> = {};
  for (const [name, [parameter, count]] of Object.entries(parameters)) {
    numbers[name] = await text.values(parameter, count);
  }
  numbers["characterRows"] = await text.values("/_0", characters!.size * dims.character);
  numbers["pairRows"] = await text.values("/_1", pairs!.size * dims.pair);
  // One row belongs to two texts, and one to none.
  numbers["wordRows"] = await text.values("/_2", words!.size * dims.word);
  numbers["unknownWord"] = Float32Array.of(words!.get(unknown)!);
  words!.delete(unknown);
  const texts = { characters: byRow(characters!), pairs: byRow(pairs!), words: byRow(words!) };
  return { texts, numbers };
}

/** The texts of rows, by row; "" for those without. */
function byRow(rows: ReadonlyMap<string, number>): string[] {
  const texts = Array.from<string>({ length: Math.max(...rows.values()) + 1 }).fill("");
  for (const [text, row] of rows) texts[row] = text;
  return texts;
}

/** The tables as they are used. */
export function japaneseTables({ texts, numbers }: TableFile): JapaneseTables {
  const array = (name: string) => numbers[name]!;
  const doubles = (name: string) => Float64Array.from(array(name));
  const unknownWord = array("unknownWord")[0]!;
  const words = new Map(texts["words"]!.map((text, row) => [text, row]));
  // The text itself is in nagisa's dictionary, too.
  words.set(unknown, unknownWord);
  return {
    characters: keyed(texts["characters"]!, characterKey),
    pairs: keyed(texts["pairs"]!, pairKeyOf),
    words,
    unknownWord,
    characterRows: array("characterRows"),
    pairRows: array("pairRows"),
    wordRows: array("wordRows"),
    kindRows: array("kindRows"),
    forward: weights("forward", doubles),
    backward: weights("backward", doubles),
    output: doubles("output"),
    outputBias: doubles("outputBias"),
    transitions: doubles("transitions"),
  };
}

function weights(direction: string, doubles: (name: string) => Float64Array): LstmWeights {
  const bias = doubles(`${direction}Bias`);
  // DyNet adds 1 in the gates that forget, which come second.
  for (let cell = dims.cells; cell < 2 * dims.cells; cell++) bias[cell]! += 1;
  return {
    input: doubles(`${direction}Input`),
    recurrent: doubles(`${direction}Recurrent`),
    bias,
  };
}

/** Rows by key; those whose text gives no key are never looked up. */
function keyed(
  texts: readonly string[],
  keyOf: (text: string) => number | undefined,
): Map<number, number> {
  const rows = new Map<number, number>();
  for (const [row, text] of texts.entries()) {
    const key = keyOf(text);
    if (key !== undefined) rows.set(key, row);
  }
  return rows;
}

function characterKey(text: string): number | undefined {
  const [code, ...others] = codesOf(text);
  return others.length === 0 ? code : undefined;
}

function pairKeyOf(text: string): number | undefined {
  const isLast = text.endsWith(textEnd);
  const [first, second, ...others] = codesOf(isLast ? text.slice(0, -textEnd.length) : text);
  const isPair = (second === undefined) === isLast && others.length === 0;
  return first === undefined || !isPair ? undefined : pairKey(first, second);
}

function codesOf(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0)!);
}
