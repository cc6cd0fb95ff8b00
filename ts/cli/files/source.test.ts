import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AsrError } from "../../contract/errors.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { readSource } from "./source.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-source-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const left = () => readdirSync(tmpdir()).filter((name) => name.includes(`-${process.pid}-`));

test("what is text is read by itself", async () => {
  const seen = async (path: string, source?: string) => {
    const input = { path, relative: path, ...(source === undefined ? {} : { source }) };
    const read = async function* (text: string) {
      yield text;
    };
    return await Array.fromAsync(readSource(input, read));
  };
  expect(await seen("a.wav")).toEqual(["a.wav"]);
  expect(await seen("data:audio/wav (3 bytes)", "data:,abc")).toEqual(["data:,abc"]);
});

// Other systems have no such names.
describe.skipIf(process.platform !== "linux")("a name that is not UTF-8", () => {
  const source = () => Buffer.from(join(folder, "caf\xe9.wav"), "latin1");
  const input = () => ({ path: "caf\ufffd.wav", relative: "caf\ufffd.wav", source: source() });

  test("is read by a link, which goes afterwards", async () => {
    writeFileSync(source(), "content");
    const before = left();
    const content = async function* (path: string) {
      expect(path).toMatch(/\/recording\.wav$/);
      yield readFileSync(path, "utf8");
    };
    expect(await Array.fromAsync(readSource(input(), content))).toEqual(["content"]);
    for await (const _ of readSource(input(), content)) break;
    expect(left()).toEqual(before);
  });

  test("is what an error names", async () => {
    writeFileSync(source(), "");
    const fails = async function* (path: string) {
      yield path;
      throw new AsrError("input", `${path}: is cut`, "get it again");
    };
    const reading = async () => await Array.fromAsync(readSource(input(), fails));
    const { message } = await expectAsrError(reading, "input", "get it again");
    expect(message).toBe("caf\ufffd.wav: is cut");
  });
});
