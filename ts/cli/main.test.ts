import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
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
import { join } from "node:path";
import { demoSample } from "../native/locate.ts";
import { goldensFolder } from "../testing/goldens.ts";
import { type Outcome, outcomeOf } from "../testing/recorded-terminal.ts";
import { pcm16Wav, tone } from "../testing/wav-writer.ts";
import type { Command } from "./commands/command.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { transcribeCommand } from "./commands/transcribe.ts";
import { decodeNpy } from "./files/npy.ts";

const root = join(import.meta.dir, "../..");
const sampleText = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();

// Processes on a busy machine.
setDefaultTimeout(60_000);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-cli-"));
  writeFileSync(join(folder, "empty.wav"), "");
  writeFileSync(join(folder, "tone.wav"), pcm16Wav(tone(0.3)));
});
afterAll(() => rmSync(folder, { recursive: true }));

function inProcess(command: Command, argv: string[], tty = false): Promise<Outcome> {
  return outcomeOf((terminal) => command.run(argv, terminal), { tty });
}

const transcribe = (...argv: string[]) => inProcess(transcribeCommand, ["-m", "demo", ...argv]);

describe("transcribe", () => {
  test("without arguments reads the sample: the transcript alone", async () => {
    expect(await transcribe()).toEqual({ status: 0, out: `${sampleText}\n`, notes: "" });
  });

  test("prints sentences on a terminal, and the same text", async () => {
    const { out, notes } = await inProcess(transcribeCommand, [], true);
    expect(out).toBe(`${sampleText.replaceAll(". ", ".\n")}\n`);
    expect(notes).toContain("loading");
    expect(notes).toEndWith("\r\x1b[K");
  });

  test("heads several files and counts failures", async () => {
    const empty = join(folder, "empty.wav");
    const { status, out, notes } = await transcribe(demoSample, empty);
    expect(status).toBe(1);
    expect(out).toBe(`==> ${demoSample} <==\n${sampleText}\n\n==> ${empty} <==\n`);
    expect(notes).toContain(`error: ${empty}: is empty\n`);
    expect(notes).toContain("1 ok, 1 failed\n");
  });

  test("--json is one object a line, for failures too", async () => {
    const { out } = await transcribe("--json", "-q", demoSample, join(folder, "none.wav"));
    const [first, second] = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({
      path: demoSample,
      ok: true,
      text: sampleText,
      finishReason: "eos",
    });
    expect(Object.keys(first)).toEqual(
      (
        "path ok text language duration segments chunks usage finishReason truncated " +
        "timings rtf"
      ).split(" "),
    );
    expect(second).toMatchObject({ ok: false, error: { code: "input" } });
  });

  test("--timings and a cut-off are told on standard error", async () => {
    const { status, out, notes } = await transcribe("--timings", "--max-tokens", "4", demoSample);
    expect(status).toBe(1);
    expect(out.split("\n").length).toBe(2);
    expect(notes).toContain("cut off at the most tokens in 0:00–0:05; --max-tokens allows more");
    expect(notes).toMatch(/encode .* ms · prefill .* ms · decode .* ms \(4 tokens, .*RTF/);
  });

  test("--quiet leaves only the transcript", async () => {
    const { notes } = await transcribe("--quiet", demoSample);
    expect(notes).toBe("");
  });

  test("--help is the usage", async () => {
    const { status, out } = await transcribe("--help");
    expect(status).toBe(0);
    expect(out).toStartWith("usage: ./bunw run transcribe [INPUT…] [options]\n");
    expect(out.split("\n").filter((line) => line.length > 100)).toEqual([]);
  });
});

describe("one line of error and an exit status", () => {
  const cases: [number, string[], string][] = [
    [2, ["--lagnuage", "en"], "unknown flag --lagnuage; did you mean --language?"],
    [2, ["-x"], "unknown flag -x"],
    [2, ["--language", "Germn"], 'unknown language "Germn"; did you mean German?'],
    [2, ["--language"], "language"],
    [2, ["--mel", "fft400"], "--mel fft400: unknown; choose from: exact, fft512"],
    [2, ["--max-tokens", "0"], "--max-tokens 0: expected a whole number"],
    [2, ["--max-tokens", "many"], "--max-tokens many"],
    [2, ["--temperature", "hot"], "--temperature hot: expected a number from 0 to 100"],
    [2, ["--temperature=-1"], "--temperature -1"],
    [2, ["-", "-"], "given twice"],
    [3, ["--model", "/nonexistent"], "/nonexistent: no such model folder"],
    [3, ["--model", goldensFolder], "config.json"],
    [1, ["/nonexistent.wav"], "/nonexistent.wav: no such file"],
    [1, ["--", "--odd.wav"], "--odd.wav: no such file"],
  ];
  test.each(cases)("%d for %p", async (status, argv, why) => {
    const outcome = await transcribe("--quiet", ...argv);
    expect(outcome.status).toBe(status);
    expect(outcome.out).toBe("");
    expect(outcome.notes).toStartWith("error: ");
    expect(outcome.notes).toContain(why);
    expect(outcome.notes.trimEnd().split("\n").length).toBe(1);
  });
});

describe("inspect", () => {
  test("writes every stage", async () => {
    const dump = join(folder, "dump");
    const argv = ["--model", join(goldensFolder, "small"), "--audio", join(folder, "tone.wav")];
    const more = ["--dump", dump, "--max-tokens", "5", "--ignore-eos", "--language", "English"];
    const { status, out } = await inProcess(inspectCommand, [...argv, ...more]);
    expect([status, out]).toEqual([
      0,
      `${dump}: 30 frames, 4 audio tokens, 22 prompt ids, 5 new tokens\n`,
    ]);
    const shape = (name: string) => decodeNpy(readFileSync(join(dump, name)), name).shape;
    expect(readdirSync(dump).length).toBe(6);
    expect(shape("mel.npy")).toEqual([128, 30]);
    expect(shape("encoder.npy")).toEqual([4, 192]);
    expect(shape("logits_last.npy")).toEqual([404]);
    expect(shape("tokens.npy")).toEqual([5]);
    const report = JSON.parse(readFileSync(join(dump, "report.json"), "utf8"));
    expect(report).toMatchObject({ duration: 0.3, info: { activations: "float32" } });
  });

  test("of a forced aligner writes what it says of a text", async () => {
    const dump = join(folder, "slots");
    const argv = ["--model", join(goldensFolder, "aligner-small"), "--dump", dump];
    const more = ["--audio", join(folder, "tone.wav"), "--text", "Yes, it is."];
    const { status, out } = await inProcess(inspectCommand, [...argv, ...more]);
    expect([status, out]).toEqual([0, expect.stringContaining("4 audio tokens")]);
    expect(out).toEndWith(", 6 slots\n");
    const shape = (name: string) => decodeNpy(readFileSync(join(dump, name)), name).shape;
    expect(shape("slots.npy")).toEqual([6]);
    const report = JSON.parse(readFileSync(join(dump, "report.json"), "utf8"));
    expect(report).toMatchObject({ words: ["Yes", "it", "is"], info: { segmentMs: 80 } });
    expect(shape("logits.npy")).toEqual([6, report.info.classes]);
  });

  test.each([
    [2, [], "--dump OUT is missing"],
    [2, ["--dump", "x", "--text", " … "], "has no word"],
    [3, ["--dump", "x", "--text", "Yes."], "is a recognizer"],
    [3, ["--dump", "x", "--model", join(goldensFolder, "aligner-small")], "is the forced aligner"],
    [2, ["--dump", "/dev/null/x"], "cannot be written"],
    [2, ["--dump", "x", "--precision", "half"], "--precision half"],
    [3, ["--dump", "x", "--model", "/none"], "/none"],
    [1, ["--dump", "x", "--audio", "/none.wav"], "/none.wav"],
  ])("%d for %p", async (status, argv, why) => {
    const outcome = await inProcess(inspectCommand, argv);
    expect([outcome.status, outcome.out]).toEqual([status, ""]);
    expect(outcome.notes).toContain(why);
  });
});

describe("as a process", () => {
  async function run(script: string, environment: Record<string, string> = {}): Promise<Outcome> {
    const child = Bun.spawn(["sh", "-c", script], {
      cwd: root,
      env: { ...process.env, BUN: process.execPath, BUN_ASR_MODEL: "demo", ...environment },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, notes] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    return { status: await child.exited, out, notes };
  }

  test("the transcript alone on standard output", async () => {
    expect(await run("./bunw run transcribe")).toEqual({
      status: 0,
      out: `${sampleText}\n`,
      notes: "",
    });
  });

  test("a command of the clone explains itself, and does nothing", async () => {
    for (const name of ["setup", "build", "test", "check", "verify"]) {
      const { status, out, notes } = await run(`./bunw run ${name} --help`);
      expect([status, notes]).toEqual([0, ""]);
      expect(out).toStartWith(`usage: ./bunw run ${name}`);
    }
  });

  test("reads standard input", async () => {
    const { status, out } = await run(`cat ${demoSample} | ./bunw run transcribe - -q`);
    expect([status, out]).toEqual([0, `${sampleText}\n`]);
  });

  test("file names count from where the user stands", async () => {
    const { out } = await run(`cd models/demo && ../../bunw run transcribe -q sample.wav`);
    expect(out).toBe(`${sampleText}\n`);
  });

  test("a reader that stops early ends it quietly", async () => {
    const files = Array(30).fill(demoSample).join(" ");
    const { notes } = await run(`./bunw run transcribe -q ${files} | head -n 1`);
    expect(notes).toBe("");
  });

  test("exit statuses pass through", async () => {
    for (const [status, argv] of [
      [1, "/none.wav"],
      [2, "--none"],
      [3, "--model /none"],
    ] as const) {
      const outcome = await run(`./bunw run transcribe ${argv}`);
      expect([outcome.status, outcome.out]).toEqual([status, ""]);
      expect(outcome.notes).toMatch(/^error: .*\n$/);
    }
  });

  test("a batch that was killed goes on, and ends as if it had not been", async () => {
    const [talks, out, whole] = ["talks", "out", "whole"].map((name) => join(folder, name));
    mkdirSync(talks!);
    for (let index = 0; index < 20; index++) copyFileSync(demoSample, `${talks}/${index}.wav`);
    const argv = ["tools/run.ts", "transcribe", talks!, "-f", "srt,txt", "--batch", "1", "-o"];
    const spawned = { cwd: root, env: { ...process.env, BUN_ASR_MODEL: "demo" } };
    const child = Bun.spawn([process.execPath, ...argv, out!], { ...spawned, stderr: "ignore" });
    const written = (path: string) =>
      existsSync(path) ? readdirSync(path).filter((name) => !name.startsWith(".")) : [];
    while (written(out!).length < 7 && child.exitCode === null) await Bun.sleep(2);
    child.kill("SIGKILL");
    await child.exited;
    expect(written(out!).length).toBeLessThan(40);
    const done = written(out!).filter((name) => name.endsWith(".txt")).length;
    const { status, notes } = await inProcess(transcribeCommand, [
      "-m",
      "demo",
      talks!,
      "-f",
      "srt,txt",
      "-o",
      out!,
      "--skip-existing",
    ]);
    expect(status).toBe(0);
    expect(notes).toMatch(new RegExp(`\\n${20 - done} ok, ${done} skipped\\n$`));
    await transcribe(talks!, "-f", "srt,txt", "-o", whole!);
    expect(written(out!)).toEqual(written(whole!));
    for (const name of written(whole!)) {
      expect(readFileSync(join(out!, name), "utf8")).toBe(readFileSync(join(whole!, name), "utf8"));
    }
  });

  test.each([
    ["SIGINT", 130],
    ["SIGHUP", 129],
  ] as const)("%s writes what is finished and ends it with %d", async (signal, expected) => {
    const flags = ["--stdin-pcm", "--chunk-seconds", "2", "-f", "txt", "-o", join(folder, signal)];
    const child = Bun.spawn([process.execPath, "tools/run.ts", "transcribe", ...flags], {
      cwd: root,
      env: { ...process.env, BUN_ASR_MODEL: "demo" },
      stdin: "pipe",
      stderr: "pipe",
    });
    // Then nothing more comes, as from a microphone that was unplugged.
    child.stdin.write(readFileSync(demoSample).subarray(44));
    await child.stdin.flush();
    await Bun.sleep(3000);
    const interrupted = performance.now();
    child.kill(signal);
    expect(await child.exited).toBe(expected);
    expect(performance.now() - interrupted).toBeLessThan(5000);
    const partial = readFileSync(join(folder, signal, "stdin.partial.txt"), "utf8");
    expect(sampleText).toStartWith(partial.trim().split(" ").slice(0, 3).join(" "));
    expect(await child.stderr.text()).toContain("not finished, the transcript ends at 0:0");
  });

  test("a model that is not here is named with the ways out", async () => {
    const cache = join(folder, "no-cache");
    const offline = { BUN_ASR_MODEL: "", HF_HUB_CACHE: cache, HF_HUB_OFFLINE: "1" };
    const { status, out, notes } = await run(`./bunw run transcribe ${demoSample}`, offline);
    expect([status, out]).toEqual([3, ""]);
    expect(notes).toMatch(/^error: mlx-community\/Qwen3-ASR-0\.6B-4bit: .*pull.*--model.*demo\n$/);
  });

  test("the script of the README", async () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const script = /```ts\n(import [\s\S]*?)```/.exec(readme)?.[1] ?? "";
    expect(script.trim().split("\n").length).toBeLessThanOrEqual(5);
    const path = join(root, ".build/readme.ts");
    writeFileSync(path, script);
    const expected = { status: 0, out: `${sampleText}\n`, notes: "" };
    expect(await run(`"$BUN" ${path}`)).toEqual(expected);
    rmSync(path);
  });
});
