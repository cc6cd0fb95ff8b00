import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Asr } from "../../asr.ts";
import { demoModel, demoSample } from "../../native/locate.ts";
import { Model } from "../../native/model.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { findHeadsCommand } from "./find-heads.ts";

// The model is opened on a busy machine.
setDefaultTimeout(60_000);

let folder = "";
/** A copy of the demo that names no heads. */
let model = "";
const sampleText = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();
/** What the demo's own head tells stands for the truth. */
let words: { text: string; start: number | null; end: number | null }[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-heads-"));
  model = join(folder, "model");
  cpSync(join(demoSample, ".."), model, { recursive: true });
  const config = readFileSync(join(model, "config.json"), "utf8");
  const without = config.replace(
    /,\s*"alignment_heads"[^}]*"alignment_offset_seconds": [\d.]+/,
    "",
  );
  expect(without.length).toBeLessThan(config.length);
  writeFileSync(join(model, "config.json"), without);
  using asr = await Asr.load(demoModel);
  const { segments } = await asr.transcribe(demoSample, { words: "attention" });
  words = segments.flatMap((segment) =>
    segment.words!.map(({ text, start, end }) => ({ text, start, end })),
  );
  expect(words).toHaveLength(15);
});
afterAll(() => rmSync(folder, { recursive: true }));

function manifest(...lines: unknown[]): string {
  const path = join(folder, "manifest.jsonl");
  writeFileSync(path, lines.map((line) => JSON.stringify(line)).join("\n"));
  return path;
}

const sample = () => ({ path: demoSample, text: sampleText, words });

const find = (...argv: string[]) => outcomeOf((terminal) => findHeadsCommand.run(argv, terminal));

describe("find-heads", () => {
  test("finds the head by which words have these times, and writes it", async () => {
    const before = readFileSync(join(model, "config.json"), "utf8");
    using plain = Model.open(model);
    expect(plain.info.alignmentHeads).toBe(0);
    const file = manifest(sample(), { ...sample(), language: "en" });
    const { status, out, notes } = await find("-m", model, "--manifest", file, "--write", "-q");
    expect([status, notes]).toEqual([0, ""]);
    expect(out).toMatch(/^2·1 +0\.0[456] s .* 100\.0 % +100\.0 %$/m);
    expect(out).toContain("layer·head, by 30 words: 2·1\n");
    const entry = /^"bun_asr": (.*)$/m.exec(out)?.[1] ?? "";
    const config = readFileSync(join(model, "config.json"), "utf8");
    const { bun_asr: own, ...others } = JSON.parse(config);
    expect(own).toEqual({ ...JSON.parse(before).bun_asr, ...JSON.parse(entry) });
    expect(others).toEqual({ ...JSON.parse(before), bun_asr: undefined });
    // Every other line is as it was.
    const lines = new Set(config.split("\n"));
    const lost = before.split("\n").filter((line) => !lines.has(line));
    expect(lost).toEqual(['    "pause_seconds": 0.6']);
    const again = await find("-m", model, "--manifest", file, "--write");
    expect(again.notes).toContain(`note: ${join(model, "config.json")} names these heads now\n`);
    using named = Model.open(model);
    expect(named.info.alignmentHeads).toBe(1);
    expect(named.info.alignmentOffset).toBe(own.alignment_offset_seconds);
  });

  test("tells all that it found as JSON, and takes words without a start or an end", async () => {
    const some = words.map((word, index) => ({
      ...word,
      ...(index % 3 === 1 ? { start: null } : {}),
      ...(index % 3 === 2 ? { end: null } : {}),
    }));
    const file = manifest({ ...sample(), words: some }, sample(), sample());
    const given = ["-m", demoModel, "--manifest", file, "--json", "--limit", "2", "-q"];
    const { status, out } = await find(...given);
    expect(status).toBe(0);
    const found = JSON.parse(out);
    expect(found).toMatchObject({ alignment_heads: [[2, 1]], words: 30 });
    expect(found.alone).toHaveLength(12);
    expect(found.errors.start).toBeLessThan(0.02);
  });

  test("writes none where none looks at the words", async () => {
    const before = readFileSync(join(model, "config.json"), "utf8");
    // All of it in a moment, at the beginning and at the end: no offset explains both.
    const momentAt = (from: number) =>
      words.map(({ text }, index) => {
        const start = from + 0.02 * index;
        return { text, start, end: start + 0.01 };
      });
    const file = manifest(
      { ...sample(), words: momentAt(0) },
      { ...sample(), words: momentAt(4.8) },
    );
    const { status, out, notes } = await find("-m", model, "--manifest", file, "--write", "-q");
    expect(status).toBe(3);
    expect(out).toContain("layer·head");
    expect(notes).toContain("no head looks where the words are; nothing was written");
    expect(readFileSync(join(model, "config.json"), "utf8")).toBe(before);
  });

  test("does not write into a cache that others share", async () => {
    const linked = join(folder, "linked");
    cpSync(model, linked, { recursive: true });
    rmSync(join(linked, "config.json"));
    symlinkSync(join(model, "config.json"), join(linked, "config.json"));
    const file = manifest(sample(), sample());
    const { status, out, notes } = await find("-m", linked, "--manifest", file, "--write", "-q");
    expect([status, out]).toEqual([2, ""]);
    expect(notes).toContain("lies in a cache");
  });
});

describe("find-heads refuses", () => {
  test.each([
    ["no model", ["--manifest", "m.jsonl"], 2, "--model MODEL is missing"],
    ["no manifest", ["-m", demoModel], 2, "--manifest FILE is missing"],
    ["a manifest that is not there", ["-m", demoModel, "--manifest", "m.jsonl"], 1, "no such file"],
  ])("%s", async (_, argv, expected, message) => {
    const { status, notes } = await find(...argv);
    expect(status).toBe(expected);
    expect(notes).toContain(message);
  });

  test("a model that is in no cache, where nothing is to be fetched", async () => {
    const cache = join(folder, "cache");
    const where = ["--offline", "--cache-dir", cache];
    const { status, notes } = await find("-m", "a/b", "--manifest", manifest(sample()), ...where);
    expect([status, notes]).toEqual([3, expect.stringContaining(`a/b: is not in ${cache}`)]);
  });

  test.each<[string, unknown, string]>([
    ["no object", "hello", "line 1: is not a JSON object"],
    ["no path", { text: "a", words: [] }, '"path"'],
    ["no text", { path: "a.wav", words: [] }, '"text"'],
    ["no words", { path: "a.wav", text: "a" }, '"words"'],
    ["words that are none", { path: "a.wav", text: "a", words: [1] }, '"words[0].text"'],
    [
      "a word that is not in the text",
      { path: "a.wav", text: "a b", words: [{ text: "b" }, { text: "a" }] },
      '"words[1].text"',
    ],
    [
      "times that go back",
      { path: "a.wav", text: "a b", words: [{ text: "a", start: 1, end: 0.5 }] },
      '"words[0].end"',
    ],
    [
      "a language that is none",
      { path: "a.wav", text: "a", words: [{ text: "a" }], language: 5 },
      "language",
    ],
    [
      "too few words",
      { path: demoSample, text: "Turn", words: [{ text: "Turn", start: 0.1 }] },
      "too few",
    ],
    [
      "times of another recording",
      { path: demoSample, text: "Turn", words: [{ text: "Turn", start: 0.1, end: 99 }] },
      "a word ends at 99 s",
    ],
    [
      "a file that is not there",
      { path: "gone.wav", text: "a", words: [{ text: "a" }] },
      "gone.wav",
    ],
  ])("%s", async (_, line, message) => {
    const { status, out, notes } = await find("-m", demoModel, "--manifest", manifest(line), "-q");
    expect([status, out]).toEqual([1, ""]);
    expect(notes).toContain(message);
  });
});
