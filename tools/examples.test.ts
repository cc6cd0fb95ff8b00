import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import * as library from "../ts/index.ts";
import * as server from "../ts/serve.ts";

const root = join(import.meta.dir, "..");

interface Example {
  /** The name after its comment. */
  of: string;
  path: string;
  text: string;
}

/** The examples of every doc comment under ts/. */
function examples(): Example[] {
  return readdirSync(join(root, "ts"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
    .sort()
    .flatMap((path) => examplesIn(join(root, "ts", path)));
}

function examplesIn(path: string): Example[] {
  const source = readFileSync(path, "utf8");
  return [...source.matchAll(/\/\*\*(.*?)\*\/\s*([^\n]*)/gs)].flatMap(
    ([, comment = "", declaration = ""]) => {
      const [, body] = comment.split("@example");
      if (body === undefined) return [];
      const text = body.replaceAll(/^ *\* ?/gm, "").trim();
      const words = declaration.match(/[\w#]+/g) ?? [];
      const of = words.find((word) => !keywords.has(word)) ?? "";
      return [{ of, path: relative(root, path), text }];
    },
  );
}

const keywords = new Set(["export", "async", "function", "class", "const", "static"]);

/** Nothing can be shown where there is no microphone, and a server is made by `serve`. */
const withoutExample = ["devices", "microphone", "Server"];

/** What scripts import, by where they import it from. */
const exports = { "bun-asr": library, "bun-asr/server": server } as const;

let folder = "";
beforeAll(() => {
  mkdirSync(join(root, ".build"), { recursive: true });
  folder = mkdtempSync(join(root, ".build/examples-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test("all that can be called has an example", () => {
  const shown = new Set(examples().map(({ of }) => of));
  const missing = Object.values(exports)
    .flatMap((module): [string, unknown][] => Object.entries(module))
    .filter(([name, value]) => typeof value === "function" && !withoutExample.includes(name))
    .filter(([name]) => !shown.has(name));
  expect(missing.map(([name]) => name)).toEqual([]);
  const methods = [library.Asr, library.AsrSync].flatMap((of) =>
    Object.getOwnPropertyNames(of.prototype),
  );
  const trivial = ["constructor", "close"];
  expect(methods.filter((name) => !shown.has(name) && !trivial.includes(name))).toEqual([]);
});

test.each(examples().map((example) => [`${example.path}: ${example.of}`, example] as const))(
  "%s",
  async (_, { of, path, text }) => {
    const imports = Object.entries(exports).flatMap(([from, module]) => {
      const used = Object.keys(module).filter((name) => new RegExp(`\\b${name}\\b`).test(text));
      return used.length > 0 ? [`import { ${used.join(", ")} } from "${from}";`] : [];
    });
    expect(imports).not.toEqual([]);
    const file = join(folder, `${path.replaceAll("/", "-")}-${of}.ts`);
    writeFileSync(file, `${imports.join("\n")}\n${text}\n`);
    const child = Bun.spawn([process.execPath, file], {
      cwd: root,
      stdout: "pipe",
      stderr: "pipe",
      timeout: 30_000,
    });
    const [out, errors, rc] = [child.stdout.text(), child.stderr.text(), await child.exited];
    expect({ rc, errors: await errors }).toEqual({ rc: 0, errors: "" });
    expect((await out).trim()).not.toBe("");
  },
);
