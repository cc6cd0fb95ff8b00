import { expect, test } from "bun:test";
import { expectAsrError } from "../../testing/expect-error.ts";
import { zipped } from "../../testing/zip-writer.ts";
import { unzipped } from "./zip.ts";

const files = { "a/one.txt": "one ".repeat(1000), "two.txt": "zwei" };

test.each([true, false])("files of an archive, deflated: %p", async (isDeflated) => {
  const found = await unzipped(zipped(files, { isDeflated }), ["two.txt", "a/one.txt"], "x.whl");
  expect(found.map(String)).toEqual(["zwei", files["a/one.txt"]]);
});

test("a file that is not there, and what is no archive", async () => {
  await expectAsrError(() => unzipped(zipped(files), ["three"], "x.whl"), "model", "x.whl: three");
  const page = Buffer.from("<html>please log in</html>");
  await expectAsrError(() => unzipped(page, ["two.txt"], "x.whl"), "model", "no zip archive");
});

test("every octet that is changed and every cut are seen, or change nothing", async () => {
  const whole = zipped(files);
  const wanted = Object.keys(files);
  const changed = Array.from(whole, (octet, at) => {
    const bytes = Buffer.from(whole);
    bytes[at] = octet ^ (1 << (at % 8));
    return bytes;
  });
  const cuts = Array.from(whole, (_, at) => whole.subarray(0, at));
  for (const archive of [...changed, ...cuts]) {
    const found = await unzipped(archive, wanted, "x.whl").catch((error: unknown) => error);
    if (Array.isArray(found)) expect(found.map(String)).toEqual(Object.values(files));
    else expect(found).toMatchObject({ name: "AsrError", code: "model" });
  }
});

test("a file that is longer than it says is not unpacked", async () => {
  const bomb = zipped({ bomb: Buffer.alloc(2 ** 24) });
  const list = bomb.lastIndexOf(Buffer.from("PK\x01\x02"));
  bomb.writeUInt32LE(10, list + 24);
  await expectAsrError(() => unzipped(bomb, ["bomb"], "x.whl"), "model", "damaged");
});
