import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serveCommand } from "../ts/cli/commands/serve.ts";
import { defaultLimits } from "../ts/server/service/settings.ts";
import { clientsPython } from "../ts/testing/clients/python.ts";
import { ServerProcess } from "../ts/testing/server-process.ts";
import { root } from "./folders.ts";

const page = readFileSync(join(root, "docs/server.md"), "utf8");
const address = "127.0.0.1:8765";

function blocks(language: string): string[] {
  const fenced = page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"));
  return Array.from(fenced, ([, block = ""]) => block);
}

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Runs a program of the page against the server; what it prints. */
async function run(command: readonly string[]): Promise<string> {
  const own = command.map((word) => word.replaceAll(address, new URL(server.url).host));
  const pipes = { stdin: "ignore", stdout: "pipe", stderr: "pipe" } as const;
  const child = Bun.spawn(own, { cwd: root, ...pipes });
  const [out, notes] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect([await child.exited, notes]).toEqual([0, ""]);
  return out;
}

describe("what the page shows works:", () => {
  const lines = blocks("sh").flatMap((block) => block.split("\n"));
  const commands = lines.filter((line) => /(?:^|\| )curl /.test(line));

  test("there is something", () => expect(commands.length).toBeGreaterThan(3));

  test.each(commands)("%s", async (command) => {
    const [shown = ""] = command.split(/ {2,}#/);
    expect(await run(["sh", "-c", shown])).toContain("Turn on the light");
  });

  const scripts = blocks("python").filter((block) => block.includes("from openai"));
  test.each(scripts)("openai-python: %s", async (script) => {
    expect(await run([await clientsPython(), "-c", script])).toContain("Turn on the light");
  });

  test("the WebSocket of a browser", async () => {
    const script = blocks("js").find((block) => block.includes("new WebSocket"))!;
    const end = "socket.addEventListener('message', () => socket.close());";
    expect(await run([process.execPath, "-e", script + end])).toContain("session.created");
  });

  test("what needs other packages is at least JavaScript", () => {
    const transpiler = new Bun.Transpiler({ loader: "js" });
    for (const script of blocks("js")) expect(transpiler.scan(script).imports).toBeArray();
  });
});

test("the page names every flag of serve", () => {
  const flags = serveCommand.usage().matchAll(/^ {2}(?:-\w, | {4})(--[\w-]+)/gm);
  const missing = Array.from(flags, ([, flag = ""]) => flag).filter((flag) => !page.includes(flag));
  expect(missing).toEqual(["--help"]);
});

describe("the limits of the page", () => {
  const rows = Object.fromEntries(
    Array.from(
      page.matchAll(/^\| ([^|]+) \| ([^|]+) \| (?:`--[\w-]+` )?\|$/gm),
      ([, what, limit]) => [what, limit],
    ),
  );
  const limits = defaultLimits;

  test.each([
    ["one upload", `${limits.maxUploadBytes / 1e9} GB`],
    ["one recording, counted while it is decoded", `${limits.maxSeconds / 3600} h`],
    ["recordings that wait; who comes then gets 503", `${limits.maxWaiting}`],
    ["WebSockets at once, and as many connections of Wyoming", `${limits.maxSockets}`],
    [
      "one message on a WebSocket",
      `${Math.floor((limits.maxMessageBytes * 3) / 4 / 2 ** 20)} MiB of sound`,
    ],
    ["a prompt", `${limits.maxPromptBytes} bytes`],
    ["keywords, and the characters of one", `${limits.maxKeywords}, ${limits.maxKeywordLength}`],
    [
      "events that wait for a client that does not read; then it is let go",
      `${limits.maxUnreadBytes / 1e6} MB`,
    ],
    ["silence in the midst of an upload", `${limits.maxUploadSilence} s`],
  ])("%s: %s", (what, limit) => expect(rows[what]).toBe(limit));

  test("are all of the server's", () => {
    expect(Object.keys(limits)).toHaveLength(10);
  });
});
