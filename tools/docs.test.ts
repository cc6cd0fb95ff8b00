import { describe, expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { benchCommand } from "../bench/command.ts";
import { alignCommand } from "../ts/cli/commands/align.ts";
import { batchCommand } from "../ts/cli/commands/batch.ts";
import { convertCommand } from "../ts/cli/commands/convert.ts";
import { doctorCommand } from "../ts/cli/commands/doctor.ts";
import { findHeadsCommand } from "../ts/cli/commands/find-heads.ts";
import { inspectCommand } from "../ts/cli/commands/inspect.ts";
import { micCommand } from "../ts/cli/commands/mic.ts";
import { modelsCommand } from "../ts/cli/commands/models.ts";
import { serveCommand } from "../ts/cli/commands/serve.ts";
import { transcribeCommand } from "../ts/cli/commands/transcribe.ts";
import { werCommand } from "../ts/cli/commands/wer.ts";
import { exitCodes } from "../ts/cli/terminal/exit-codes.ts";
import { demoSample } from "../ts/native/locate.ts";
import { sampleAsCall } from "../ts/testing/sample-call.ts";
import { cloneCommands } from "./commands.ts";
import { root } from "./folders.ts";
import { isLikeShown } from "./like-shown.ts";
import { packCommand } from "./pack/command.ts";
import { publishCommand } from "./publish/command.ts";
import { verifyCommand } from "./verify-command.ts";

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "models/README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const textOf = (page: string) => readFileSync(join(root, page), "utf8");

/** What stands between fences of a language. */
function blocks(text: string, language: string): string[] {
  const fenced = text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"));
  return Array.from(fenced, ([, block = ""]) => block);
}

describe("scripts run as they stand", () => {
  const scripts = pages.flatMap((page) =>
    blocks(textOf(page), "ts")
      .filter((block) => block.startsWith("import "))
      .map((block, index): [string, number, string] => [page, index + 1, block]),
  );

  test("there are some", () => expect(scripts.length).toBeGreaterThan(5));

  test.each(scripts)("%s, %d", async (_, __, script) => {
    // Below the root, so that the package finds itself by its name.
    const folder = mkdtempSync(join(root, ".build/docs-"));
    try {
      const path = join(folder, "script.ts");
      writeFileSync(path, script);
      const pipes = { stdin: "ignore", stdout: "pipe", stderr: "pipe" } as const;
      const child = Bun.spawn([process.execPath, path], { cwd: root, ...pipes });
      const [out, notes] = await Promise.all([child.stdout.text(), child.stderr.text()]);
      expect([await child.exited, notes]).toEqual([0, ""]);
      expect(out).not.toBe("");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("the command line", () => {
  const usages: Readonly<Record<string, string>> = {
    transcribe: transcribeCommand.usage(),
    batch: batchCommand.usage(),
    align: alignCommand.usage(),
    mic: micCommand.usage(),
    serve: serveCommand.usage(),
    models: modelsCommand.usage(),
    doctor: doctorCommand.usage(),
    convert: convertCommand.usage(),
    wer: werCommand.usage(),
    "find-heads": findHeadsCommand.usage(),
    inspect: inspectCommand.usage(),
    bench: benchCommand.usage(),
    pack: packCommand.usage(),
    publish: publishCommand.usage(),
    verify: verifyCommand.usage(),
  };
  const commands = ["help", ...Object.keys(cloneCommands)];
  const flagsOf = (text: string) =>
    new Set(Array.from(text.matchAll(/(?<![\w-])--?[a-z][a-z-]*/g), ([flag]) => flag));

  test("flags in examples are flags of their command", () => {
    const wrong = pages.flatMap((page) =>
      ["console", "sh"]
        .flatMap((language) => blocks(textOf(page), language))
        // Messages name commands within quotation marks.
        .flatMap((block) => Array.from(block.matchAll(/(?<!"\.\/)bunw run ([\w-]+)([^|#\n]*)/g)))
        .flatMap(([, command = "", rest = ""]) => {
          const usage = usages[command];
          if (usage === undefined) return commands.includes(command) ? [] : [command];
          const known = flagsOf(usage);
          return [...flagsOf(rest)].filter((flag) => !known.has(flag)).map((f) => command + f);
        }),
    );
    expect(wrong).toEqual([]);
  });

  test("flags in prose are flags of some command", () => {
    const known = flagsOf(Object.values(usages).join("\n"));
    const inCode = pages
      .filter((page) => page !== "models/README.md")
      .flatMap((page) => Array.from(textOf(page).matchAll(/`(--[a-z][a-z-]*)(?![\w-])/g)));
    const named = new Set(inCode.map(([, flag = ""]) => flag));
    expect([...named].filter((flag) => !known.has(flag))).toEqual([]);
  });

  test("docs/cli.md names every flag of transcribe", () => {
    const named = flagsOf(textOf("docs/cli.md"));
    const flags = [...flagsOf(usages["transcribe"]!)].filter((flag) => flag.startsWith("--"));
    // Shown by their short form, or once for all commands.
    const told = ["--help", "--language", "--hotword", "--model", "--quiet", "--recursive"];
    expect(flags.filter((flag) => !named.has(flag) && !told.includes(flag))).toEqual([]);
  });
});

/** A command of an example as it was typed, and what the terminal showed. */
type Shown = [page: string, command: string, output: string];

describe("examples show what a terminal shows", () => {
  const shown = pages.flatMap((page) =>
    blocks(textOf(page), "console").flatMap((block) =>
      Array.from(
        block.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm),
        ([, command = "", output = ""]): Shown => [page, command, output],
      ),
    ),
  );
  // The others have times in them, or numbers that differ between processors.
  const same = shown.filter(
    ([, command]) => /run transcribe .*-q/.test(command) && !/json|--stats/.test(command),
  );

  test("there are some", () => expect(same.length).toBeGreaterThan(5));

  test.each(same)("%s: %s", async (_, command, output) => {
    const folder = mkdtempSync(join(tmpdir(), "bun-asr-docs-"));
    try {
      mkdirSync(join(folder, "models/demo"), { recursive: true });
      copyFileSync(demoSample, join(folder, "sample.wav"));
      copyFileSync(demoSample, join(folder, "models/demo/sample.wav"));
      writeFileSync(join(folder, "call.wav"), await sampleAsCall());
      const script = command.replace("./bunw", `'${join(root, "bunw")}'`);
      const env = { ...process.env, BUN: process.execPath, BUN_ASR_MODEL: "demo" };
      const child = Bun.spawn(["sh", "-c", `exec 2>&1; ${script}`], { cwd: folder, env });
      const printed = await child.stdout.text();
      if (!isLikeShown(printed, output)) expect(printed).toBe(output);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test("links lead somewhere", () => {
  const anchorsOf = (page: string) =>
    Array.from(readFileSync(page, "utf8").matchAll(/^#+ (.+)$/gm), ([, title = ""]) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} -]/gu, "")
        .replaceAll(" ", "-"),
    );
  const dead = pages.flatMap((page) =>
    Array.from(textOf(page).matchAll(/\]\(([^)\s]+)\)/g), ([, link = ""]) => link)
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? join(root, page) : join(root, dirname(page), path);
        if (!existsSync(target)) return true;
        return anchor !== undefined && !anchorsOf(target).includes(anchor);
      })
      .map((link) => `${page}: ${link}`),
  );
  expect(dead).toEqual([]);
});

test("every code of an error is explained with its exit status", () => {
  const rows = textOf("docs/api.md").matchAll(/^\| `(\w+)` \| .* \| (\d+) \|$/gm);
  const told = Array.from(rows, ([, code, status]) => [code, Number(status)]);
  expect(Object.fromEntries(told)).toEqual(exitCodes);
});
