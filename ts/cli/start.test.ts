import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { demoSample } from "../native/locate.ts";
import type { Outcome } from "../testing/recorded-terminal.ts";
import { pcm16Wav, tone } from "../testing/wav-writer.ts";

// Processes on a busy machine.
setDefaultTimeout(60_000);

const root = join(import.meta.dir, "../..");
const sampleText = readFileSync(demoSample.replace(".wav", ".txt"), "utf8");

/** The two ways to start the program, the second one through links as package managers make. */
const starts = { bunw: `'${root}/bunw' run transcribe`, "bun-asr": "./bin/bun-asr" };

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-start-"));
  mkdirSync(join(folder, "bin"));
  symlinkSync(join(root, "ts/cli/bun-asr"), join(folder, "bin/own"));
  symlinkSync("own", join(folder, "bin/bun-asr"));
  copyFileSync(demoSample, join(folder, "-x.wav"));
  // At this rate it takes ffmpeg.
  writeFileSync(join(folder, "tone.wav"), pcm16Wav(tone(0.3), 8000));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(script: string, environment: Record<string, string> = {}): Promise<Outcome> {
  const child = Bun.spawn(["sh", "-c", script], {
    cwd: folder,
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`,
      BUN: process.execPath,
      BUN_ASR_MODEL: "demo",
      ...environment,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, notes] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { status: await child.exited, out, notes };
}

describe.each(Object.entries(starts))("%s", (_, start) => {
  test("obeys nothing that lies where the user stands", async () => {
    const asked: string[] = [];
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      fetch(request) {
        asked.push(request.url);
        return new Response(null, { status: 404 });
      },
    });
    const [program, marker] = ["foreign.sh", "obeyed"].map((name) => join(folder, name));
    writeFileSync(program!, `#!/bin/sh\necho ran >'${marker}'\n`);
    chmodSync(program!, 0o755);
    writeFileSync(join(folder, "preload.ts"), `await Bun.write("${marker}", "preloaded");\n`);
    writeFileSync(join(folder, "bunfig.toml"), 'preload = ["./preload.ts"]\n');
    const paths = JSON.stringify({ compilerOptions: { paths: { "*": ["./preload.ts"] } } });
    writeFileSync(join(folder, "tsconfig.json"), paths);
    const endpoint = `http://127.0.0.1:${server.port}`;
    writeFileSync(join(folder, ".env"), `FFMPEG=${program}\nHF_ENDPOINT=${endpoint}\n`);
    writeFileSync(join(folder, ".env.local"), "BUN_ASR_MODEL=/nonexistent\n");
    const { status } = await run(`${start} -q tone.wav`);
    await run(`${start} -q -m nobody/nothing --offline tone.wav`);
    expect([status, existsSync(marker!), asked]).toEqual([0, false, []]);
    // The same file in a shell's own environment counts.
    await run(`${start} -q tone.wav`, { FFMPEG: program! });
    expect(readFileSync(marker!, "utf8")).toBe("ran\n");
    const foreign = ["bunfig.toml", "tsconfig.json", ".env", ".env.local"];
    for (const name of ["obeyed", ...foreign]) rmSync(join(folder, name));
  });

  test("takes what follows -- for a file", async () => {
    expect(await run(`${start} -q -- -x.wav`)).toEqual({ status: 0, out: sampleText, notes: "" });
  });

  test("says that standard output is closed where it is needed", async () => {
    const notes = "error: standard output cannot be written: it is closed\n";
    expect(await run(`${start} -q -- -x.wav >&-`)).toEqual({ status: 1, out: "", notes });
    expect((await run(`${start} -q --output closed.txt -- -x.wav >&-`)).status).toBe(0);
    expect(readFileSync(join(folder, "closed.txt"), "utf8")).toBe(sampleText);
    rmSync(join(folder, "closed.txt"));
    const { status, out } = await run(`${start} -- -x.wav 2>&- <&-`);
    expect([status, out]).toEqual([0, sampleText]);
  });
});

describe("output that goes nowhere", () => {
  const start = "./bin/bun-asr";

  test.skipIf(!existsSync("/dev/full"))("is told where results are lost", async () => {
    const lost = "error: standard output cannot be written: the disk is full\n";
    for (const flags of ["-q", "-q --json", "-q -f srt"]) {
      const full = { status: 1, out: "", notes: lost };
      expect(await run(`${start} ${flags} -- -x.wav >/dev/full`)).toEqual(full);
    }
    expect((await run(`${start} help >/dev/full`)).status).toBe(1);
  });

  test("is no matter for notes", async () => {
    // The status of the first program of a pipe is told on another way.
    const { out } = await run(`exec 3>&1; { ${start} -- -x.wav 2>&1 >text; echo $? >&3; } | :`);
    expect(out).toBe("0\n");
    expect(readFileSync(join(folder, "text"), "utf8")).toBe(sampleText);
    const full = await run(`${start} --stats -- -x.wav 2>/dev/full`);
    expect([full.status, full.out]).toEqual([0, sampleText]);
  });
});

test("a terminal gets no control characters from names", async () => {
  const name = "a\x1b]0;x\x07\x1b[2J.wav";
  const { status, notes } = await run('./bin/bun-asr -m demo "$NAME" ', { NAME: name });
  const shown = "a\\x1b]0;x\\x07\\x1b[2J.wav";
  expect([status, notes]).toEqual([1, `error: ${shown}: no file matches; check the path\n`]);
  const model = await run('./bin/bun-asr -m "./$NAME" -- -x.wav', { NAME: name });
  expect(model.notes).toStartWith(`error: ./${shown}: no such model folder`);
});

test("a link to bunw is bunw", async () => {
  symlinkSync(join(root, "bunw"), join(folder, "linked"));
  expect((await run("./linked run version")).out).toMatch(/^bun-asr \d+\.\d+\.\d+\n$/);
  expect((await run("./linked run --version")).out).toMatch(/^bun-asr \d/);
  expect((await run("./linked run")).out).toStartWith("usage: ./bunw run COMMAND");
});

test("bun-asr without Bun says what is missing", async () => {
  const { status, notes } = await run("./bin/bun-asr", { BUN: "/nonexistent/bun" });
  expect(status).toBe(4);
  expect(notes).toMatch(/^error: \/nonexistent\/bun was not found; install Bun .*\n$/);
});
