import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectAsrError } from "../../testing/expect-error.ts";
import { readWordList } from "./word-list.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-words-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function listOf(content: string | Uint8Array): string {
  const path = join(folder, "words.txt");
  writeFileSync(path, content);
  return path;
}

const text =
  "# names\r\nKüche\t5\r\n\r\n  Linus:-2 \r\n#tag\nNew York\r12:30\t3\nC# maj7\n東京\t0.5\n";
const words = [
  { word: "Küche", weight: 5 },
  { word: "Linus", weight: -2 },
  { word: "New York" },
  { word: "12:30", weight: 3 },
  { word: "C# maj7" },
  { word: "東京", weight: 0.5 },
];

const utf16 = Buffer.from(text, "utf16le");
const marked = Buffer.from(`\ufeff${text}`, "utf16le");

test.each<[string, string | Uint8Array]>([
  ["UTF-8", text],
  ["UTF-8 with a mark", `\ufeff${text}`],
  ["UTF-16 of Windows", marked],
  ["UTF-16 without a mark", utf16],
  ["UTF-16 of the other order", Buffer.from(marked).swap16()],
  ["that without a mark", Buffer.from(utf16).swap16()],
])("a list in %s, with comments and weights", (_, content) => {
  expect(readWordList(listOf(content))).toEqual(words);
});

test("numbers that belong to names", () => {
  const names = "Windows 11\nBoeing 747\nAda\nPython 3.12:\nLevel 4.5:2\n3.5\nversion 2026.11\n";
  expect(readWordList(listOf(names)).map(({ word }) => word)).toEqual([
    "Windows 11",
    "Boeing 747",
    "Ada",
    "Python 3.12",
    "Level 4.5",
    "3.5",
    "version 2026.11",
  ]);
  expect(readWordList(listOf("Windows 11\n"))).toEqual([{ word: "Windows 11" }]);
  expect(readWordList(listOf("# nothing\n\n"))).toEqual([]);
});

test.each<[string | Uint8Array, string]>([
  ["Ada\nBoston 3.0", 'line 2: "Boston 3.0" may be a word and its weight; a weight follows'],
  ["Boston 3.0", "as in Boston:3"],
  ["阿里巴巴 20\n达摩院 30", 'line 1: "阿里巴巴 20" may be a word'],
  ["Ada\tmuch", 'line 1: "Ada much" is not a word, a tab and a weight; write a number'],
  ["Ada\t5\tx", 'line 1: "Ada 5 x" is not'],
  ["# x\nAda\t50", "line 2: keyword"],
  ["\n\n...", "line 3: keyword"],
  ["x".repeat(1e6), `line 1: keyword "${"x".repeat(80)}…"`],
  [Buffer.from("caf\xe9\n", "latin1"), "is no text in UTF-8 or UTF-16"],
])("%.20p is refused", (content, why) =>
  expectAsrError(() => readWordList(listOf(content)), "usage", "--hotwords-file", why),
);

test("a file that is not there, and a folder", async () => {
  await expectAsrError(() => readWordList("/none"), "usage", "/none: no such file");
  await expectAsrError(() => readWordList(folder), "usage", `${folder}: is a folder`);
});
