import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoSample } from "../ts/native/locate.ts";
import { goldensFolder } from "../ts/testing/goldens.ts";
import { outcomeOf } from "../ts/testing/recorded-terminal.ts";
import { benchCommand } from "./command.ts";

// Processes on a busy machine.
setDefaultTimeout(60_000);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-bench-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const bench = (...argv: string[]) =>
  outcomeOf((terminal) => benchCommand.run([...argv, "--out", folder], terminal));

const stored = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));

describe("on the demo model", () => {
  test("rtf", async () => {
    const { status, out, notes } = await bench("rtf", "--quick");
    expect(status).toBe(0);
    expect(out).toMatch(/\| Model +\| Framework \| +RTF \| 10 s audio processed in \|/);
    expect(out).toContain("Only the embedded demo model was measured");
    expect(out).not.toContain("random weights\n");
    expect(notes).toContain("run 5 of 5");
    const { machine, kernels, versions, tables, data, weights } = stored("rtf.json");
    expect(weights).toBe("real weights");
    expect(machine.threads).toBeGreaterThan(0);
    expect(Object.keys(versions)).toContain("bun");
    expect(kernels).toMatch(/^\w/);
    expect(tables[0].rows.length).toBe(1);
    expect(data.rows[0].runs.length).toBe(5);
    expect(data.rows[0].runs[0].tokens).toBe(32);
    expect(readFileSync(join(folder, "rtf.svg"), "utf8")).toContain("demo");
  });

  test("stages", async () => {
    const { status, out } = await bench("stages", "--quick");
    expect(status).toBe(0);
    expect(out).toContain("  30 s |     96 |");
    const [{ lengths, fits }] = stored("stages.json").data.models;
    expect(lengths.map(({ seconds }: { seconds: number }) => seconds)).toEqual([1, 5, 10, 30]);
    expect(fits.totalMs.slope).toBeGreaterThan(0);
  });

  test("speed", async () => {
    const { status, out } = await bench("speed", "--quick");
    expect(status).toBe(0);
    expect(out).toMatch(/\| What +\| +Median \|/);
    expect(out).toMatch(/\| Live, processor time a second of audio \| +\d/);
    const { command, data } = stored("speed.json");
    // No folder of this machine: `--out` was an absolute one.
    expect(command).toMatch(/ speed --quick --out \.\./);
    expect(data.builds).toEqual(["this"]);
    expect(data.models[0].builds[0]["Opening, from the page cache"]).toHaveLength(2);
  });

  test("batch", async () => {
    const { status, out } = await bench("batch", "--quick");
    expect(status).toBe(0);
    expect(out).toContain("| Tokens a second | Against one |");
    const [{ batches }] = stored("batch.json").data.models;
    expect(batches.map(({ sessions }: { sessions: number }) => sessions)).toEqual([1, 2, 4, 8]);
    expect(batches[3].runs[0].tokens).toBe(8 * 16);
  });

  test("server", async () => {
    const { status, out } = await bench("server", "--quick");
    expect(status).toBe(0);
    expect(out).toContain("| It left in |");
    const [{ together, leaves, crowd }] = stored("server.json").data.models;
    expect(together[0].aloneMs.length).toBe(3);
    for (const stage of ["queue", "encode", "prefill", "decode"]) {
      expect(leaves[stage].length).toBe(3);
    }
    // 8 at work and 16 who wait; the others are told when to come again.
    expect(crowd.statuses["200"]).toBeGreaterThanOrEqual(24);
    expect(crowd.statuses["200"] + (crowd.statuses["503 with Retry-After"] ?? 0)).toBe(64);
  });

  test("latency", async () => {
    const { status, out } = await bench("latency", "--quick");
    expect(status).toBe(0);
    expect(out).toContain("until an abort is heard");
    const [{ ways, abortMs }] = stored("latency.json").data.models;
    expect(ways.map(({ way }: { way: string }) => way)).toEqual(["at once", "in slices"]);
    for (const { turnMs, tokenMs } of ways) expect(turnMs.length).toBeGreaterThan(tokenMs.length);
    expect(abortMs.length).toBe(5);
  });

  test("load", async () => {
    const { status, out } = await bench("load", "--quick");
    expect(status).toBe(0);
    expect(out).toContain("## Opening a model");
    const { growth, models } = stored("load.json").data;
    expect(growth.length).toBe(20);
    expect(models[0].calls.length).toBe(3);
  });

  test("live", async () => {
    const { status, out } = await bench("live", "--quick", "--step-seconds", "1");
    expect(status).toBe(0);
    expect(out).toMatch(/\| demo .*\| +0\.0 % \| +0\.0 % \|/);
    const { duration, models } = stored("live.json").data;
    expect(duration).toBeGreaterThan(60);
    expect(models[0].readings.length).toBeGreaterThan(9);
    const wrong = await bench("live", "--quick", "--step-seconds", "100");
    expect(wrong.status).toBe(2);
  });

  test("align", async () => {
    const { status, out } = await bench("align", "--quick");
    expect(status).toBe(0);
    expect(out).toMatch(/\| demo [^|]+\| +\d+\.\d % \| +2 of 2 \| +2 of 2 \|/);
    const [{ alignMs, matched, unmatched }] = stored("align.json").data.models;
    expect(alignMs).toBeGreaterThan(0);
    expect(matched).toBeGreaterThan(0.8);
    expect(unmatched.length).toBeGreaterThanOrEqual(4);
  });

  test("precision", async () => {
    const manifest = join(folder, "clips.jsonl");
    const text = "Turn on the light in the kitchen.";
    writeFileSync(manifest, JSON.stringify({ path: demoSample, text }));
    const { status, out } = await bench("precision", "--quick", "--manifest", manifest);
    expect(status).toBe(0);
    expect(out).toMatch(/\| goldens, small-q4 +\|/);
    expect(out).toContain("greedy tokens as in full: 1, 100.0 %");
    const { models, texts } = stored("precision.json").data;
    expect(models).toHaveLength(4);
    expect(texts.joinedSeconds).toBeGreaterThan(60);
  });

  test("words", async () => {
    const { status, out } = await bench("words", "--quick");
    expect(status).toBe(0);
    expect(out).toMatch(/\| +30 \| .*\| +100\.0 % \|/);
    expect(out).not.toContain("true ones");
    const { heard, costs } = stored("words.json").data;
    expect(heard).toMatchObject({ clips: 1, words: 15 });
    expect(costs[0].plain.length).toBe(2);
    expect(
      Math.min(...costs[0].plain.flat(), ...costs[0].keeping.flat(), ...costs[0].reading),
    ).toBeGreaterThan(0);

    // A truth that is an hour away.
    const text = "Turn on the light in the kitchen.";
    const said = text
      .split(" ")
      .map((word, index) => ({ text: word, start: 3600 + index, end: 3600.5 + index }));
    const manifest = join(folder, "words.jsonl");
    writeFileSync(manifest, JSON.stringify({ path: demoSample, text, words: said }));
    const far = await bench("words", "--quick", "--manifest", manifest);
    expect(far.out).toMatch(/\| as a whole +\| +14 \|.* 0\.0 % \| +0\.0 % \|/);
    expect(far.out).toMatch(/\| live, as told \| +14 \|.* 0\.0 % \| +0\.0 % \|/);

    // Made for other benches, and a model that knows no heads.
    writeFileSync(manifest, JSON.stringify({ path: demoSample, text }));
    const model = join(goldensFolder, "small-q4");
    const other = await bench("words", "--quick", "--manifest", manifest, "--model", model);
    expect(other.status).toBe(0);
    expect(other.out).not.toContain("true ones");
    expect(stored("words.json").data.costs).toHaveLength(1);
  });

  test("captions", async () => {
    const { status, out } = await bench("captions", "--quick");
    expect(status).toBe(0);
    expect(out).toContain("| Sockets |");
    const [{ runs }] = stored("captions.json").data.models;
    expect(runs.map(({ sockets }: { sockets: number }) => sockets)).toEqual([1, 4]);
    for (const { sockets, behindMs, firstMs } of runs) {
      expect(behindMs.length).toBeGreaterThanOrEqual(sockets);
      expect(Math.min(...behindMs)).toBeGreaterThan(0);
      expect(firstMs.length).toBe(sockets);
    }
  });

  test("aligner", async () => {
    const { status, out } = await bench("aligner", "--quick");
    expect(status).toBe(0);
    expect(out).toContain("| small shapes (random weights) | bun-asr ");
    expect(out).toContain("besides the weights");
    const [{ runs }] = stored("aligner.json").data.rows;
    expect(runs.map(({ tokens }: { tokens: number }) => tokens)).toEqual([300, 300]);
  });

  test("a model that was given, by its name", async () => {
    const model = join(goldensFolder, "small-q4");
    const { status, out } = await bench("rtf", "--quick", "--model", model);
    expect(status).toBe(0);
    expect(out).toContain("| small-q4 ");
    expect(out).toContain("each model ends by itself");
  });
});

test("a peer that cannot run is a row that says why", async () => {
  delete process.env["QWEN_ASR"];
  const { status, out } = await bench("rtf", "--quick", "--peer", "qwen-asr-c");
  expect(status).toBe(0);
  expect(out).toMatch(/\| antirez\/qwen-asr \| +– \| +not run: QWEN_ASR /);
});

describe("one line of error and an exit status", () => {
  const cases: [number, string[], string][] = [
    [2, ["rft"], 'no bench is called "rft"; did you mean rtf?'],
    [2, ["--qick"], "unknown flag --qick; did you mean --quick?"],
    [2, ["--model"], "model"],
    [2, ["speed", "--against", "/nonexistent"], "no checkout of this program"],
    [2, ["rtf", "--peer", "crispasm"], 'no peer is called "crispasm"; did you mean crispasr?'],
    [3, ["rtf", "--model", "/nonexistent"], "/nonexistent: no such model folder"],
    [3, ["load", "--model", goldensFolder], "config.json"],
    [1, ["live", "--manifest", "/nonexistent.jsonl"], "/nonexistent.jsonl: no such file"],
    [2, ["rtf", "--whisper", "/nonexistent.bin"], "--whisper /nonexistent.bin: no such file"],
  ];
  test.each(cases)("%d for %p", async (status, argv, why) => {
    const outcome = await bench(...argv);
    expect([outcome.status, outcome.out]).toEqual([status, ""]);
    const errors = outcome.notes.split("\n").filter((line) => line.startsWith("error: "));
    expect(errors.length).toBe(1);
    expect(errors[0]).toContain(why);
  });

  test("one bench that fails does not lose the others", async () => {
    const { status, out, notes } = await bench("rtf", "stages", "--quick", "--model", "/none");
    expect([status, out]).toEqual([3, ""]);
    expect(notes.match(/^error: /gm)?.length).toBe(2);
  });
});

test("--help names every bench", async () => {
  const { status, out } = await bench("--help");
  expect(status).toBe(0);
  const names = ["rtf", "stages", "batch", "latency", "load", "live", "captions", "readme"];
  for (const name of names) expect(out).toContain(`\n  ${name} `);
});
