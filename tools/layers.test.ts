import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { root } from "./folders.ts";
import { folderArrows, type Import, ring, roomOf, rooms, wrongArrows } from "./layers.ts";

const product = join(root, "ts");
const modules = readdirSync(product, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
  .filter((path) => !path.startsWith("testing/"));

/** The modules that one imports for their types or values, at once or later. */
function importsOf(path: string): Import[] {
  const text = readFileSync(join(product, path), "utf8");
  const found = text.matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g);
  const all = new Set(Array.from(found, ([, to = ""]) => to));
  const here = dirname(join(product, path));
  return [...all].map((to) => ({ from: path, to: relative(product, resolve(here, to)) }));
}

const imports = modules
  .flatMap(importsOf)
  // Its name and version.
  .filter(({ to }) => to !== "../package.json");

describe("the product", () => {
  test("was read", () => {
    expect(modules.length).toBeGreaterThan(100);
    expect(imports).toContainEqual({ from: "cli/commands/index.ts", to: "cli/commands/wer.ts" });
    expect(imports).toContainEqual({ from: "cli/files/run.ts", to: "audio/input.ts" });
  });

  test("has every module in a room, and a module in every room", () => {
    expect(modules.filter((path) => roomOf(path) === undefined)).toEqual([]);
    const used = new Set(modules.map(roomOf));
    expect(Object.keys(rooms).filter((name) => !used.has(name))).toEqual([]);
  });

  test("imports along the arrows of the table alone", () => {
    expect(wrongArrows(imports)).toEqual([]);
  });

  test("uses every arrow of the table", () => {
    const used = new Set(imports.map(({ from, to }) => `${roomOf(from)} → ${roomOf(to)}`));
    const arrows = Object.entries(rooms).flatMap(([from, all]) =>
      all.map((to) => `${from} → ${to}`),
    );
    expect(arrows.filter((arrow) => !used.has(arrow))).toEqual([]);
  });

  test("has no ring of rooms, nor of modules", () => {
    expect(ring(rooms)).toBeUndefined();
    const byModule: Record<string, string[]> = {};
    for (const path of modules) {
      byModule[path] = imports.filter(({ from }) => from === path).map(({ to }) => to);
    }
    expect(ring(byModule)).toBeUndefined();
  });

  test("has no ring of folders", () => {
    expect(ring(folderArrows(imports))).toBeUndefined();
  });
});

test("docs/architecture.md has the table", () => {
  const page = readFileSync(join(root, "docs/architecture.md"), "utf8");
  const [, table = ""] = /^\| room of .*\n.*\n((?:\|.*\n)+)/m.exec(page) ?? [];
  const rows = Object.entries(rooms).map(([name, known]) => {
    const imports = known.map((other) => `\`${other}\``).join(", ");
    return `| \`${name}\` | ${imports === "" ? "nothing" : imports} |\n`;
  });
  expect(table).toBe(rows.join(""));
});

describe("the rules themselves", () => {
  const one = (from: string, to: string) => wrongArrows([{ from, to }]);

  test("let through what the table allows, and what stays in a room", () => {
    expect(one("text/tokenizer.ts", "contract/errors.ts")).toEqual([]);
    expect(one("engine/live/stream.ts", "engine/decode/engine.ts")).toEqual([]);
    expect(one("audio/ffmpeg/ffmpeg.ts", "native/locate.ts")).toEqual([]);
  });

  test("refuse an arrow against the table", () => {
    expect(one("contract/errors.ts", "text/joining.ts")).toEqual([
      "contract/errors.ts imports text/joining.ts: contract does not know text",
    ]);
    expect(one("audio/ffmpeg/ffmpeg.ts", "native/symbols.ts").length).toBe(1);
    expect(one("hub/pull.ts", "cli/terminal/terminal.ts").length).toBe(1);
    expect(one("cli/flags/flags.ts", "cli/commands/command.ts").length).toBe(1);
  });

  test("refuse what is no part of the product", () => {
    for (const to of ["../tools/wheels.ts", "../bench/command.ts", "testing/goldens.ts"]) {
      expect(one("audio/ffmpeg/ffmpeg.ts", to)).toEqual([
        `audio/ffmpeg/ffmpeg.ts imports ${to}, which is no part of the product`,
      ]);
    }
    expect(one("utils/all.ts", "contract/errors.ts")).toEqual(["utils/all.ts lies in no room"]);
  });

  test("find a ring, however long", () => {
    expect(ring({ a: ["b"], b: ["c"], c: [] })).toBeUndefined();
    expect(ring({ a: ["b", "c"], b: ["c"], c: [] })).toBeUndefined();
    expect(ring({ z: ["a"], a: ["b"], b: ["c"], c: ["a"] })).toBe("a → b → c → a");
    const across = [
      { from: "a/one.ts", to: "b/one.ts" },
      { from: "b/two.ts", to: "a/two.ts" },
    ];
    expect(ring(folderArrows(across))).toBe("a → b → a");
    const within = [
      { from: "engine/work.ts", to: "engine/decode/batch.ts" },
      { from: "engine/decode/chunk.ts", to: "engine/work.ts" },
    ];
    expect(ring(folderArrows(within))).toBe("engine → engine/decode → engine");
  });
});
