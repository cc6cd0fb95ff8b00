import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoSample } from "../native/locate.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { manifestHash, readManifest } from "./manifest.ts";
import { measured } from "./measure.ts";
import { assumedSeconds, heardSeconds, packed } from "./packing.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-batch-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function manifest(...lines: (object | string)[]): string {
  const file = join(folder, `${crypto.randomUUID()}.jsonl`);
  const texts = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line)));
  writeFileSync(file, texts.join("\n"));
  return file;
}

describe("a manifest", () => {
  test("names recordings from its folder on, and what is in S3", async () => {
    const file = manifest(
      { id: "1", audio: "a.wav", duration_s: 1.5, language: "de", meta: { n: [1] } },
      "",
      { id: "2", audio: "s3://bucket/b.mp3", start_s: 0, end_s: 2 },
      { id: "3", audio: `file://${folder}/c%20d.wav` },
    );
    const { items, sha256 } = await readManifest(file);
    expect(items).toEqual([
      { id: "1", audio: join(folder, "a.wav"), duration_s: 1.5, language: "de", meta: { n: [1] } },
      { id: "2", audio: "s3://bucket/b.mp3", start_s: 0, end_s: 2 },
      { id: "3", audio: join(folder, "c d.wav") },
    ]);
    expect(sha256).toBe((await manifestHash(file))!);
    expect(await manifestHash(join(folder, "none"))).toBeUndefined();
  });

  const nested = `${"[".repeat(101)}${"]".repeat(101)}`;
  const one = { id: "1", audio: "a.wav" };
  const wrong: [string, (object | string)[], string][] = [
    ["an id twice", [one, { id: "2", audio: "b" }, one], 'line 3: the id "1" is line 1 too; each'],
    ["no id", [{ audio: "a" }], '"id" is missing or not right; expected a text, as in "0057"'],
    ["a number as id", [{ id: 57, audio: "a" }], '"id" is missing or not right'],
    ["no audio", [{ id: "1" }], '"audio" is missing or not right; expected a path'],
    ["an address", [{ id: "1", audio: "https://x/a" }], "is neither a file nor in S3; download it"],
    ["no field", [{ ...one, author: 3 }], '"author" is no field; what is yours goes into "meta"'],
    ["no field of ours", [{ ...one, constructor: 3 }], '"constructor" is no field; what is yours'],
    ["a path", [{ id: "1", path: "a" }], '"path" is no field; did you mean "audio"?'],
    ["duration", [{ ...one, duration: 3 }], '"duration" is no field; did you mean "duration_s"?'],
    ["no length", [{ ...one, duration_s: 0 }], '"duration_s" is missing or not right; expected'],
    ["a time as text", [{ ...one, start_s: "1" }], '"start_s" is missing or not right; expected'],
    ["an end before", [{ ...one, start_s: 2, end_s: 2 }], "start_s is not before end_s"],
    ["a start behind", [{ ...one, start_s: 9, duration_s: 9 }], "start_s is not before duration_s"],
    ["no language", [{ ...one, language: "xx" }], 'line 1: unknown language "xx"; choose from'],
    [
      "a file elsewhere",
      [{ id: "1", audio: "file://there/a" }],
      "line 1: file://there/a: names no",
    ],
    ["no bucket", [{ id: "1", audio: "s3://" }], "line 1: s3://: names no place in S3; expected"],
    ["no key", [{ id: "1", audio: "s3://bucket/" }], "line 1: s3://bucket/: names no object"],
    [
      "a deep meta",
      [`{"id":"1","audio":"a","meta":${nested}}`],
      'line 1: "meta" is missing or not',
    ],
    ["no JSON", [one, "{"], "line 2: is not a JSON object; expected a line like"],
    ["a list", ["[]"], "line 1: is not a JSON object"],
    ["nothing", ["", " "], "has no recordings"],
  ];
  test.each(wrong)("with %s is refused on one line", async (_, lines, message) => {
    const { oneLine } = await expectAsrError(() => readManifest(manifest(...lines)), "input");
    expect(oneLine).toContain(message);
  });

  test("that is not there, or no text", async () => {
    await expectAsrError(() => readManifest("none.jsonl"), "input", "none.jsonl: no such file");
    await expectAsrError(() => readManifest(folder), "input", `${folder}: is a folder`);
    const file = join(folder, "bytes");
    writeFileSync(file, Buffer.from([0x20, 0x0a, 0x7b, 0xff]));
    await expectAsrError(() => readManifest(file), "input", `${file}, line 2: is not UTF-8 text`);
  });
});

describe("shards", () => {
  const item = (id: number, duration_s: number) => ({ id: `${id}`, audio: "a", duration_s });
  const packing = { shardSeconds: 60, maxItems: 3 };

  test("are full by their length or their number, and the longest come first", () => {
    const items = [10, 10, 10, 10, 30, 40, 90, 5].map((seconds, id) => item(id, seconds));
    const shards = packed(items, packing);
    expect(
      shards.map(({ items, seconds }) => [items.map(({ id }) => id).join(""), seconds]),
    ).toEqual([
      ["6", 90],
      ["34", 40],
      ["5", 40],
      ["012", 30],
      ["7", 5],
    ]);
    expect(packed(items, packing)).toEqual(shards);
  });

  test("count what is heard, and what has no length as five minutes", () => {
    expect(heardSeconds({ id: "", audio: "", duration_s: 9, start_s: 2, end_s: 5 })).toBe(3);
    expect(heardSeconds({ id: "", audio: "", duration_s: 9, start_s: 2, end_s: 50 })).toBe(7);
    expect(heardSeconds({ id: "", audio: "", start_s: 2 })).toBe(assumedSeconds);
  });

  test("take the lengths of WAV files from their headers", async () => {
    const other = join(folder, "talk.mp3");
    writeFileSync(other, "ID3 and so on");
    const items = [demoSample, other, "/none.wav", "s3://b/c.wav"].map((audio) => ({
      id: audio,
      audio,
    }));
    const { items: found, assumed, unread } = await measured(items);
    expect(found[0]).toEqual({ id: demoSample, audio: demoSample, duration_s: 5.147 });
    expect([assumed, unread]).toEqual([3, ["/none.wav"]]);
  });
});
