import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { root } from "./folders.ts";

// What pages and comments name is there: whoever moves a file hears of those who speak of it.

const rooms = [
  "ts",
  "tools",
  "bench",
  "reliability",
  "swift",
  "models",
  "docs",
  "findings",
  "scale",
  "deploy",
];
const inRooms = rooms.flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: "utf8" }).map((path) =>
    join(room, path),
  ),
);
const all = [...readdirSync(root), ...inRooms];
const names = new Set(all.map((path) => basename(path)));

/** Those of other projects, which comments point to. */
const foreign = ["modeling_qwen3_asr.py", "configuration_qwen3_asr.py", "qwen3_forced_aligner.py"];

interface Line {
  where: string;
  text: string;
}

function linesOf(path: string): Line[] {
  const lines = readFileSync(join(root, path), "utf8").split("\n");
  return lines.map((text, index) => ({ where: `${path}:${index + 1}`, text }));
}

const commentStarts = [
  { files: /\.(?:ts|swift|c|cpp|h|inl)$/, comment: /(?:^\s*\*(?!\/)|\/\/|\/\*).*/ },
  { files: /\.(?:py|sh)$/, comment: /#.*/ },
];

const pages = all.filter((path) => path.endsWith(".md"));
const inPages = pages.flatMap(linesOf);
const inComments = commentStarts.flatMap(({ files, comment }) =>
  all
    .filter((path) => files.test(path))
    .flatMap(linesOf)
    .flatMap(({ where, text }) => {
      const [found] = comment.exec(text) ?? [];
      return found === undefined ? [] : [{ where, text: found }];
    }),
);

/** Paths from the root that are named but are not there. */
function missingPaths(lines: readonly Line[]): string[] {
  const path = new RegExp(`(?<![\\w/.-])(?:${rooms.join("|")})/[\\w./+@-]*\\w/?`, "g");
  return lines.flatMap(({ where, text }) =>
    [...text.matchAll(path)]
      .filter(([named]) => !existsSync(join(root, named)))
      .map(([named]) => `${where}: ${named}`),
  );
}

/** Files of this repository's kinds that are named without a folder but are nowhere. */
function missingNames(lines: readonly Line[]): string[] {
  return lines.flatMap(({ where, text }) =>
    [
      ...text.matchAll(
        /(?<![\w/.*+-])(?!whisper\.cpp)[\w+-]+(?:\.test)?\.(?:ts|swift|inl|cpp|py)\b/g,
      ),
    ]
      .filter(([name]) => !names.has(name) && !foreign.includes(name))
      .map(([name]) => `${where}: ${name}`),
  );
}

describe("what is named is there:", () => {
  test("pages and comments were read", () => {
    expect(pages).toContain("README.md");
    expect(inPages.length).toBeGreaterThan(500);
    expect(inComments.length).toBeGreaterThan(3000);
    expect(missingPaths([{ where: "a:1", text: "see ts/nowhere.ts" }])).toHaveLength(1);
    expect(missingNames([{ where: "a:1", text: "see nowhere.ts" }])).toHaveLength(1);
  });

  test("paths in pages", () => expect(missingPaths(inPages)).toEqual([]));
  test("paths in comments", () => expect(missingPaths(inComments)).toEqual([]));
  test("files in pages", () => expect(missingNames(inPages)).toEqual([]));
  test("files in comments", () => expect(missingNames(inComments)).toEqual([]));

  test("links of pages", () => {
    const dead = inPages.flatMap(({ where, text }) =>
      Array.from(text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g), ([, link = ""]) => link)
        .filter((link) => !/^https?:/.test(link))
        .filter((link) => !existsSync(join(root, dirname(where), link)))
        .map((link) => `${where}: ${link}`),
    );
    expect(dead).toEqual([]);
  });
});

/** Comments as they stand: lines that follow each other are one. */
function comments(): Line[] {
  const joined: Line[] = [];
  let next = "";
  for (const { where, text } of inComments) {
    const [path = "", number = ""] = where.split(":");
    if (where === next) joined.at(-1)!.text += `\n${text}`;
    else joined.push({ where, text });
    next = `${path}:${Number(number) + 1}`;
  }
  return joined;
}

test("a comment with measured figures names the result or the page that has them", () => {
  const isClaim = ({ text }: Line) => /\bmeasured\b/i.test(text) && /\d ?(?:%|ms\b)/.test(text);
  const isProven = ({ text }: Line) => /\b(?:bench\/results|docs)\/\w/.test(text);
  expect(comments().filter((comment) => isClaim(comment) && !isProven(comment))).toEqual([]);
  expect(isClaim({ where: "", text: "the best that was measured, 4 % faster" })).toBe(true);
});
