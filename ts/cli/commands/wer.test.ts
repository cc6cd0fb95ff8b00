import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { demoSample } from "../../native/locate.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { werCommand } from "./wer.ts";

// The model is opened on a busy machine.
setDefaultTimeout(60_000);

const sampleText = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-wer-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, ...lines: (string | object)[]): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  writeFileSync(path, `${text.join("\n")}\n`);
  return path;
}

const wer = (...argv: string[]) => outcomeOf((terminal) => werCommand.run(argv, terminal));

async function werJson(...argv: string[]) {
  const { status, out, notes } = await wer("--json", ...argv);
  return { status, notes, report: JSON.parse(out) };
}

describe("wer", () => {
  test("transcribes a manifest, and counts what cannot be read as deleted", async () => {
    copyFileSync(demoSample, join(folder, "sample.wav"));
    const wrong = sampleText.replace(/^\S+/, "Zebra");
    const manifest = written(
      "m.jsonl",
      { path: "sample.wav", text: sampleText },
      "",
      { path: demoSample, text: wrong, language: "en", duration: 2 },
      { path: "none.wav", text: "one two buckle my shoe" },
    );
    const { status, notes, report } = await werJson("--manifest", manifest, "--jobs", "2");
    expect([status, notes]).toEqual([1, "2 ok, 1 failed\n"]);
    expect(report).toMatchObject({ files: 3, failed: 1 });
    expect(report.rtf).toBeGreaterThan(0);
    expect(report.recordings[0]).toMatchObject({
      ok: true,
      hypothesis: sampleText,
      language: "English",
    });
    expect(report.recordings[0].wer.rate).toBe(0);
    expect(report.recordings[1].wer).toMatchObject({
      substitutions: 1,
      deletions: 0,
      insertions: 0,
    });
    expect(report.recordings[2]).toMatchObject({ ok: false, hypothesis: null, wer: { rate: 1 } });
    expect(report.recordings[2].error).toContain("none.wav: no such file");

    const text = await wer("--manifest", manifest, "--limit", "1");
    expect([text.status, text.notes]).toEqual([0, ""]);
    expect(text.out).toMatch(/WER +0\.00 %/);
    expect(text.out).toMatch(/1 recording, 1 right, RTF/);
  });

  test("what was not heard is told, and is not the model's error alone", async () => {
    const whole = readFileSync(demoSample);
    writeFileSync(join(folder, "cut.wav"), whole.subarray(0, 50_000));
    const manifest = written("cut.jsonl", { path: "cut.wav", text: sampleText });
    const { status, notes, report } = await werJson("-q", "--manifest", manifest);
    expect([status, report.failed]).toEqual([1, 0]);
    expect(notes).toContain("cut.wav: text may be missing, it is cut short");
    expect(report.recordings[0].warnings).toEqual([expect.stringContaining("it is cut short")]);
  });

  test("compares hypotheses without a model, and tells the errors", async () => {
    const manifest = written(
      "h.jsonl",
      { path: "a.wav", text: "Turn on the light." },
      { path: "b.wav", text: "Close the door" },
      { path: "c.wav", text: "nobody heard this" },
      { path: "d.wav", text: "" },
      { path: "z.wav", text: "今天星期五", language: "zh" },
    );
    const hypotheses = written(
      "heard.jsonl",
      { path: "/elsewhere/a.wav", ok: true, text: "turn off the light" },
      { path: join(folder, "b.wav"), text: "close door now" },
      { path: "d.wav", text: "noise" },
      { path: "z.wav", text: "今天星期六。" },
      { path: "c.wav", ok: false, error: { message: "c.wav: is empty" } },
      { path: "other.wav", text: "x" },
    );
    const argv = ["--manifest", manifest, "--hypotheses", hypotheses, "--model", "/none"];
    const { status, notes, report } = await werJson(...argv);
    expect(status).toBe(1);
    expect(notes).toContain(`${hypotheses}: 1 of other recordings, left out`);
    expect(report.wer).toMatchObject({
      hits: 4,
      substitutions: 3,
      deletions: 3,
      insertions: 1,
      reference: 10,
      rate: 0.7,
    });
    expect(report.recordings[3].wer.rate).toBeNull();
    expect(report.recordings[4]).toMatchObject({
      unit: "characters",
      wer: null,
      cer: { rate: 0.2 },
    });
    expect(report.rtf).toBeNull();

    const { out } = await wer(...argv);
    expect(out).toContain("c.wav: c.wav: is empty\n");
    expect(out).toContain("on → off\n");
    expect(out).toContain("a.wav: 25.00 %, 1 error in 4 words\n  ref  turn on  the light\n");
    expect(out.split("\n").every((line) => Bun.stringWidth(line) <= 80)).toBe(true);
    const missing = await werJson("--manifest", manifest, "--hypotheses", written("no.jsonl", ""));
    expect(missing.report).toMatchObject({ failed: 5, wer: { rate: 1 } });
    expect(missing.report.recordings[0].error).toBe("has no hypothesis");
  });

  test("reads a LibriSpeech folder", async () => {
    written("libri/84/121/84-121.trans.txt", "84-121-0000 GO ON", "84-121-0001 STOP");
    const heard = written(
      "libri.jsonl",
      { path: "84-121-0000.flac", text: "Go on!" },
      { path: "84-121-0001.flac", text: "Top" },
    );
    const argv = ["--librispeech", join(folder, "libri"), "--hypotheses", heard];
    const { status, report } = await werJson(...argv);
    expect(status).toBe(0);
    expect(report.wer).toMatchObject({ hits: 2, substitutions: 1, reference: 3 });
  });

  test("reads a FLEURS table, its language from the folder", async () => {
    const row = ["7", "7.wav", "你好，世界。", "你好世界", "你 好", "32000", "MALE"].join("\t");
    const table = written("cmn_hans_cn/test.tsv", row);
    mkdirSync(join(folder, "cmn_hans_cn/audio/test"), { recursive: true });
    writeFileSync(join(folder, "cmn_hans_cn/audio/test/7.wav"), "");
    const heard = written("fleurs.jsonl", { path: "7.wav", text: "你好世间" });
    for (const given of [table, join(folder, "cmn_hans_cn")]) {
      const { report } = await werJson("--fleurs", given, "--hypotheses", heard);
      expect(report.cer).toMatchObject({ hits: 3, substitutions: 1, rate: 0.25 });
      expect(report.recordings[0].language).toBe("Chinese");
    }
    expect((await wer("--fleurs", table)).out).toContain("audio/test/7.wav: is empty");
  });

  test("--help is the usage", async () => {
    const werUsage = werCommand.usage();
    expect(await wer("--help")).toEqual({ status: 0, out: werUsage, notes: "" });
    expect(werUsage.split("\n").every((line) => line.length <= 100)).toBe(true);
  });
});

describe("one line of error and an exit status", () => {
  const good = { path: "a.wav", text: "a" };
  const cases: [number, string, (string | object)[]][] = [
    [1, "bad.jsonl, line 3: is not a JSON object", [good, "", "{path"]],
    [1, "bad.jsonl, line 1: is not a JSON object", ["[1]"]],
    [1, 'bad.jsonl, line 2: "path" is missing', [good, { text: "a" }]],
    [1, 'bad.jsonl, line 1: "text" is missing', [{ path: "a.wav" }]],
    [1, 'bad.jsonl, line 1: "duration"', [{ ...good, duration: "2" }]],
    [1, 'line 1: unknown language "xx"', [{ ...good, language: "xx" }]],
    [1, "line 2: a.wav is line 1 too", [good, good]],
    [1, "bad.jsonl: has no recordings", [""]],
  ];
  test.each(cases)("%d: %s", async (status, why, lines) => {
    const outcome = await wer("--manifest", written("bad.jsonl", ...lines));
    expect([outcome.status, outcome.out]).toEqual([status, ""]);
    expect(outcome.notes).toContain(why);
    expect(outcome.notes.trimEnd().split("\n").length).toBe(1);
  });

  test.each([
    [2, [], "expected one of --manifest, --librispeech and --fleurs"],
    [2, ["--manifest", "a", "--fleurs", "b"], "expected one of"],
    [2, ["--manifest", "a", "--mode", "word"], "did you mean words?"],
    [2, ["--manifest", "a", "--limit", "0"], "--limit 0"],
    [2, ["--manifest", "a", "--language", "xx"], 'unknown language "xx"'],
    [2, ["--manifst", "a"], "did you mean --manifest?"],
    [1, ["--manifest", "/none.jsonl"], "/none.jsonl: no such file"],
    [1, ["--librispeech", "/none"], "/none: cannot be read"],
    [1, ["--fleurs", "/none.tsv"], "/none.tsv: no such file"],
  ])("%d for %p", async (status, argv, why) => {
    const outcome = await wer(...argv);
    expect([outcome.status, outcome.out]).toEqual([status, ""]);
    expect(outcome.notes).toContain(why);
  });

  test("a missing model ends it: nothing is counted", async () => {
    const outcome = await wer("--manifest", written("one.jsonl", good), "--model", "/none");
    expect([outcome.status, outcome.out]).toEqual([3, ""]);
  });

  test("--offline asks nobody for a model that is not in --cache-dir", async () => {
    const where = ["--offline", "--cache-dir", folder, "--model", "0.6b"];
    const outcome = await wer("--manifest", written("one.jsonl", good), ...where);
    expect([outcome.status, outcome.out]).toEqual([3, ""]);
    expect(outcome.notes).toContain(`is not in ${folder}, and the network is switched off`);
  });

  test("in a terminal an error begins its line", async () => {
    const argv = ["--manifest", written("one.jsonl", good), "--model", "/none"];
    const { notes } = await outcomeOf((terminal) => werCommand.run(argv, terminal), { tty: true });
    expect(notes.split("\r\x1b[K").at(-1)).toStartWith("error: /none");
  });

  test("hypotheses name their line too", async () => {
    const manifest = written("one.jsonl", good);
    for (const [line, why] of [
      ["{", "line 2: is not a JSON object"],
      [{ text: "a" }, 'line 2: "path" is missing'],
      [{ path: "a.wav", text: "b" }, "line 2: a second hypothesis for a.wav"],
    ] as const) {
      const heard = written("bad-heard.jsonl", { path: "a.wav", text: "a" }, line);
      const { status, notes } = await wer("--manifest", manifest, "--hypotheses", heard);
      expect(status).toBe(1);
      expect(notes).toContain(why);
    }
  });
});
