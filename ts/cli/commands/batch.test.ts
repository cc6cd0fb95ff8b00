import { afterAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoModel, demoSample, modelFolder } from "../../native/locate.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { batchCommand } from "./batch.ts";

// Processes on a busy machine.
setDefaultTimeout(120_000);

const work = mkdtempSync(join(tmpdir(), "bun-asr-batch-"));
afterAll(() => rmSync(work, { recursive: true }));

let folder = "";
let out = "";
let manifest = "";
beforeEach(() => {
  folder = mkdtempSync(join(work, "case-"));
  out = join(folder, "out");
  manifest = join(folder, "in.jsonl");
});

const batch = (...argv: string[]) =>
  outcomeOf((terminal) => batchCommand.run([...argv, "-o", out], terminal));

const sampleText = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();

/** Eight items of the sample, the last of which is not there. */
function writeManifest(): void {
  const items = Array.from({ length: 8 }, (_, n) => ({
    id: `${n}`,
    audio: n < 7 ? demoSample : "none.wav",
    duration_s: 5.147,
    ...(n === 3 ? { end_s: 2 } : {}),
    ...(n === 4 ? { meta: { of: "Ada" } } : {}),
  }));
  writeFileSync(manifest, items.map((item) => `${JSON.stringify(item)}\n`).join(""));
}

const plan = (...argv: string[]) =>
  batch("plan", "--manifest", manifest, "-m", "demo", "--shard-minutes", "1", ...argv);

function rows(): Record<string, unknown>[] {
  const parts = join(out, "parts");
  return readdirSync(parts)
    .sort()
    .flatMap((name) => readFileSync(join(parts, name), "utf8").trimEnd().split("\n"))
    .map((line) => JSON.parse(line));
}

describe("an archive on this machine", () => {
  test("becomes a row for each recording, once", async () => {
    writeManifest();
    const planned = await plan("--segments");
    expect([planned.status, planned.out]).toEqual([0, "1 shard: 8 recordings, 0:38 in all\n"]);
    const run = await batch("run", "-q");
    expect(run.status).toBe(3);
    expect(run.out).toBe("1 of 1 shards, 8 of 8 rows, 0:32 heard\n7 ok\n1 failed: input\n");
    const found = rows();
    expect(found.map(({ id }) => id)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
    expect(found[0]).toMatchObject({ text: sampleText, language: "English" });
    expect(found[0]!["segments"]).toHaveLength(2);
    expect(found[3]).toMatchObject({ text: "Turn on the light in the kitchen." });
    expect(found[4]).toMatchObject({ meta: { of: "Ada" } });
    expect(found[7]).toEqual({
      id: "7",
      error: {
        code: "input",
        message: `${join(folder, "none.wav")}: no such file; check the path`,
        attempts: 1,
      },
    });
    const report = JSON.parse(readFileSync(join(out, "report.json"), "utf8"));
    expect(report).toMatchObject({ rows: 8, ok: 7, errors: { input: 1 } });

    const part = join(out, "parts/part-000000.jsonl");
    const before = readFileSync(part, "utf8");
    expect((await batch("run", "-q")).status).toBe(3);
    expect(readFileSync(part, "utf8")).toBe(before);
    // A part that is lost is run again, and is the same.
    rmSync(part);
    expect((await batch("verify")).status).toBe(1);
    expect((await batch("run", "-q", "--workers", "2")).status).toBe(3);
    expect(readFileSync(part, "utf8")).toBe(before);

    const again = join(folder, "again.jsonl");
    expect((await batch("verify", "--failed", again)).status).toBe(3);
    expect(JSON.parse(readFileSync(again, "utf8"))).toMatchObject({ id: "7" });
    const refused = await batch("verify", "--failed", again);
    expect([refused.status, refused.notes]).toEqual([
      2,
      `error: --failed ${again}: exists already; name another file or remove it\n`,
    ]);
    expect(JSON.parse((await batch("verify", "--json")).out)).toMatchObject({
      items: 8,
      wrong: [],
    });
  });

  test("is refused with another manifest, model or options", async () => {
    writeManifest();
    const model = join(folder, "model");
    cpSync(modelFolder(demoModel), model, { recursive: true });
    expect((await plan("-m", model)).status).toBe(0);
    expect((await plan("-m", model)).out).toEndWith("planned before\n");
    expect((await plan("-m", model, "-l", "en")).notes).toContain("planned with other options");
    appendFileSync(join(model, "config.json"), "\n");
    const run = await batch("run");
    const hint = "plan into another place, or put the model back";
    expect([run.status, run.notes]).toEqual([
      2,
      `error: ${model}: has other weights than planned; ${hint}\n`,
    ]);
    appendFileSync(manifest, "\n");
    const other = await batch("run");
    expect([other.status, other.notes]).toEqual([
      2,
      `error: ${manifest}: is not as it was planned; plan it into another place, or put it back\n`,
    ]);
    expect((await plan("-m", model)).status).toBe(2);
    expect(existsSync(join(out, "parts"))).toBe(false);
  });
});

test("is refused with another aligner, where its words are timed by one", async () => {
  writeManifest();
  const aligner = join(folder, "aligner");
  cpSync(join(import.meta.dir, "../../../models/goldens/aligner-small"), aligner, {
    recursive: true,
  });
  const words = ["--words", "aligner", "--aligner", aligner];
  expect((await plan(...words)).status).toBe(0);
  expect((await plan(...words)).out).toEndWith("planned before\n");
  appendFileSync(join(aligner, "config.json"), "\n");
  expect((await plan(...words)).notes).toContain("was planned with other weights");
  const run = await batch("run");
  expect(run.status).toBe(2);
  expect(run.notes).toContain("other weights than planned; plan into another place");
});

describe("its help", () => {
  test("is of an action where one is named", async () => {
    const help = async (...argv: string[]) => (await batch(...argv, "--help")).out;
    const planning = await help("plan");
    expect(planning).toMatch(/^usage: .+ batch plan --out DIR \[options\]\n\nPacks the /);
    expect(planning).toContain("--manifest FILE");
    expect(planning).not.toMatch(/--engine|--failed/);
    expect(await help("run")).not.toMatch(/--manifest FILE|--failed/);
    for (const argv of [[], ["store"], ["constructor"]]) {
      const text = await help(...argv);
      for (const flag of ["--manifest", "--engine", "--failed"]) expect(text).toContain(flag);
    }
  });
});

test("what cannot be read when it is planned is named", async () => {
  const noteOf = async (...paths: string[]) => {
    const lines = paths.map((audio, id) => `${JSON.stringify({ id: `${id}`, audio })}\n`);
    writeFileSync(manifest, lines.join(""));
    rmSync(out, { recursive: true, force: true });
    return (await plan()).notes.split("\n")[0];
  };
  expect(await noteOf("/none/a.wav")).toBe("note: /none/a.wav cannot be read here");
  expect(await noteOf("/none/a.wav", "/none/b.wav")).toMatch(
    /^note: 2 files, such as \/none\/[ab]\.wav, cannot be read here$/,
  );
});

describe("what cannot be meant", () => {
  const wrong: [string[], number, string][] = [
    [[], 2, "say what to do; one of plan, run, verify"],
    [["pln"], 2, "batch pln: unknown; did you mean plan?"],
    [["plan", "x"], 2, 'batch plan takes no "x"'],
    [["plan"], 2, "--manifest is missing"],
    [["plan", "--workers", "2"], 2, "batch plan takes no --workers; it is for batch run"],
    [["plan", "--manifest", "none.jsonl", "-m", "demo"], 1, "none.jsonl: no such file"],
    [["plan", "--manifest", "x", "-m", "none"], 2, "unknown model"],
    [["plan", "--manifest", "x", "-l", "xx"], 2, 'unknown language "xx"'],
    [["run"], 2, "has no plan.json; make one with"],
    [["verify"], 2, "has no plan.json; make one with"],
    [["run", "--address", "x:1"], 2, "--address is for --engine ray"],
  ];
  test.each(wrong)("%p", async (argv, status, message) => {
    const outcome = await batch(...argv);
    expect(outcome.notes).toContain(message);
    expect([outcome.status, outcome.notes.split("\n").length]).toEqual([status, 2]);
  });

  test("a slice that is none", async () => {
    writeManifest();
    await plan();
    for (const slice of ["2/2", "1", "a/b"]) {
      expect((await batch("run", "--slice", slice)).notes).toContain("expected I/N");
    }
  });

  test.each([
    ["--workers", "0", "1 to 64"],
    ["--workers", "x", "1 to 64"],
    ["--item-timeout", "0", "1 to 86400"],
    ["--metrics-port", "99999", "1 to 65535"],
  ])("numbers beyond their bounds do not come to the runner: %s %s", async (flag, value, range) => {
    const { status, notes } = await batch("run", flag, value);
    expect(status).toBe(2);
    expect(notes).toContain(range);
    expect(notes).not.toContain("Traceback");
  });

  test("Ray, where there is none: it says how to get it", async () => {
    writeManifest();
    await plan();
    const bare = join(folder, "python");
    writeFileSync(bare, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const before = process.env["PYTHON"];
    process.env["PYTHON"] = bare;
    try {
      const { status, notes } = await batch("run", "--engine", "ray");
      expect(status).toBe(4);
      expect(notes).toContain(`${bare} has no Ray; run "${bare} -m venv ray" and "ray/bin/python `);
      expect(notes).toMatch(/-m pip install --require-hashes -r \S+scale\/requirements\.txt"/);
      process.env["PYTHON"] = "/none/python";
      expect((await batch("run")).notes).toContain("/none/python was not found");
    } finally {
      if (before === undefined) delete process.env["PYTHON"];
      else process.env["PYTHON"] = before;
    }
  });
});
