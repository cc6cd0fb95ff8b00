import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoModel, modelFolder } from "../native/locate.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { FolderOutput } from "./output/folder-output.ts";
import { openOutput } from "./output/open.ts";
import { s3Place } from "./output/s3.ts";
import { neededPlan, partKey, readPlan, shardKey, writePlan } from "./plan.ts";
import { verifyOutput } from "./verify.ts";
import { weightsHash } from "./weights.ts";

const work = mkdtempSync(join(tmpdir(), "bun-asr-plan-"));
afterAll(() => rmSync(work, { recursive: true }));

let output = new FolderOutput(work);
beforeEach(() => {
  output = new FolderOutput(mkdtempSync(join(work, "out-")));
});

const basis = {
  manifest: { path: "/m.jsonl", sha256: "a", items: 3 },
  model: "demo",
  weights: "b",
  options: ["--language=de"],
  shard_minutes: 60,
};
const items = ["1", "2", "3"].map((id) => ({ id, audio: `/${id}.wav` }));
const shards = [
  { items: items.slice(0, 2), seconds: 2.00049 },
  { items: items.slice(2), seconds: 1 },
];

describe("a plan", () => {
  test("is whole with its plan.json, and made once", async () => {
    expect(await readPlan(output)).toBeUndefined();
    expect(await writePlan(output, basis, shards)).toBe(true);
    expect(await writePlan(output, basis, shards)).toBe(false);
    const plan = await neededPlan(output);
    expect(plan).toMatchObject({ shards: 2, shard_items: [2, 1], shard_seconds: [2, 1] });
    expect(await output.get(shardKey(plan, 1))).toBe('{"id":"3","audio":"/3.wav"}\n');
    expect(readdirSync(join(output.name, "_tmp"))).toEqual([]);
  });

  test("of several at once is one", async () => {
    const made = await Promise.all([1, 2, 3].map(() => writePlan(output, basis, shards)));
    expect(made.filter(Boolean).length).toBe(1);
  });

  test("of two at once is not mixed", async () => {
    const other = { ...basis, manifest: { ...basis.manifest, sha256: "c" } };
    const strangers = [{ items: [{ id: "9", audio: "/9.wav" }], seconds: 9 }];
    const made = await Promise.allSettled([
      writePlan(output, basis, shards),
      writePlan(output, other, strangers),
    ]);
    expect(made.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const plan = await neededPlan(output);
    const [first] = ((await output.get(shardKey(plan, 0))) ?? "").split("\n");
    const isFirst = plan.manifest.sha256 === "a";
    expect(first).toBe(isFirst ? '{"id":"1","audio":"/1.wav"}' : '{"id":"9","audio":"/9.wav"}');
  });

  test("that was not finished is not mixed with one that found other lengths", async () => {
    await writePlan(output, basis, shards);
    rmSync(join(output.name, "plan.json"));
    const packedAnew = items.map((item) => ({ items: [item], seconds: 3 }));
    await writePlan(output, basis, packedAnew);
    const plan = await neededPlan(output);
    for (const [number, { id }] of items.entries()) {
      expect(await output.get(shardKey(plan, number))).toStartWith(`{"id":"${id}"`);
    }
  });

  test("of something else is refused", async () => {
    await writePlan(output, basis, shards);
    const others = {
      "another manifest": { ...basis, manifest: { ...basis.manifest, sha256: "c" } },
      "other weights": { ...basis, weights: "c" },
      "other options": { ...basis, options: [] },
      "other shards": { ...basis, shard_minutes: 30 },
    };
    for (const [what, other] of Object.entries(others)) {
      const plan = () => writePlan(output, other, shards);
      await expectAsrError(plan, "usage", `was planned with ${what}; plan into another place`);
    }
  });

  test("that is none is told", async () => {
    await expectAsrError(() => neededPlan(output), "usage", "has no plan.json; make one with");
    writeFileSync(join(output.name, "plan.json"), "{}");
    await expectAsrError(() => neededPlan(output), "output", "is no plan of this version");
  });
});

describe("an output", () => {
  test("has what was first, however many write at once", async () => {
    const texts = Array.from({ length: 20 }, (_, n) => `${n}`.repeat(10_000));
    const stored = await Promise.all(texts.map((text) => output.put("parts/x", text)));
    expect(stored.filter(Boolean).length).toBe(1);
    expect(await output.get("parts/x")).toBe(texts[stored.indexOf(true)]!);
    await output.replace("parts/x", "y");
    expect([await output.get("parts/x"), await output.names("parts")]).toEqual(["y", ["x"]]);
    expect([await output.has("parts/x"), await output.has("parts/z")]).toEqual([true, false]);
    expect([await output.get("parts/z"), await output.names("none")]).toEqual([undefined, []]);
  });

  test("that cannot be written or read is told", async () => {
    const file = join(work, "file");
    writeFileSync(file, "");
    const bad = openOutput(file);
    const why = "a part of the path is a file, not a folder";
    const written = `parts/x: cannot be written: ${why}`;
    await expectAsrError(() => bad.put("parts/x", ""), "output", written);
    await expectAsrError(() => bad.get("parts/x"), "output", `parts/x: ${why}`);
  });

  test("in S3 has a bucket and a prefix", async () => {
    expect(s3Place("s3://bucket/a/b/")).toEqual({ bucket: "bucket", key: "a/b" });
    expect(s3Place("s3://bucket")).toEqual({ bucket: "bucket", key: "" });
    await expectAsrError(() => s3Place("s3:///a"), "usage", "expected s3://bucket/key");
  });
});

describe("a check of an output", () => {
  const row = (id: string, more: object = { text: "x", language: "English", duration_s: 1.5 }) =>
    `${JSON.stringify({ id, ...more })}\n`;
  const error = { error: { code: "input", message: "is empty", attempts: 1 } };

  test("counts rows, failures and what is left", async () => {
    await writePlan(output, basis, shards);
    const plan = await neededPlan(output);
    await output.put(partKey(0), row("1") + row("2", error));
    const failed: string[] = [];
    const report = await verifyOutput(output, plan, undefined, ({ id }) => failed.push(id));
    expect(report).toEqual({
      shards: 2,
      missing: [1],
      items: 3,
      rows: 2,
      ok: 1,
      errors: { input: 1 },
      truncated: 0,
      audio_s: 1.5,
      wrong: [],
    });
    expect(failed).toEqual(["2"]);
    expect((await verifyOutput(output, plan, [0])).missing).toEqual([]);
  });

  const damaged: [string, string, string][] = [
    ["a row too many", row("1") + row("2") + row("2"), "has 3 rows for 2 items"],
    ["a row too few", row("1"), "has 1 rows for 2 items"],
    ["rows in disorder", row("2") + row("1"), 'line 1: is not the row of "1"'],
    ["half a row", `${row("1")}{"id":"2","te`, 'line 2: is not the row of "2"'],
  ];
  test.each(damaged)("finds %s", async (_, part, message) => {
    await writePlan(output, basis, shards);
    await output.put(partKey(0), part);
    await output.put("parts/part-000007.jsonl", "");
    const { wrong } = await verifyOutput(output, await neededPlan(output));
    expect(wrong.join("\n")).toContain(message);
    expect(wrong).toContain("parts/part-000007.jsonl: is no part of the plan");
  });
});

test("the hash of a checkpoint is of its names and bytes", async () => {
  const folder = mkdtempSync(join(work, "model-"));
  const hash = async (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return await weightsHash(folder);
  };
  const first = await hash("model.safetensors", "a");
  expect(await hash("README.md", "read me")).toBe(first);
  const second = await hash("config.json", "{}");
  expect(second).not.toBe(first);
  expect(await hash("config.json", "{ }")).not.toBe(second);
  expect(await weightsHash(modelFolder(demoModel))).toMatch(/^[0-9a-f]{64}$/);
});
