import { afterAll, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectAsrError } from "../testing/expect-error.ts";
import { follow } from "./follow.ts";

const folder = mkdtempSync(join(tmpdir(), "bun-asr-follow-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(Buffer.concat(await Array.fromAsync(bytes)));
}

test("a file is read while it grows, and to its end", async () => {
  const path = join(folder, "growing");
  writeFileSync(path, "one ");
  const text = textOf(follow(path, { idleSeconds: 0.4 }));
  await Bun.sleep(120);
  appendFileSync(path, "two ");
  await Bun.sleep(250);
  appendFileSync(path, "three");
  expect(await text).toBe("one two three");
});

test("a long file comes in parts", async () => {
  const path = join(folder, "long");
  writeFileSync(path, "x".repeat(200_000));
  const parts = await Array.fromAsync(follow(path, { idleSeconds: 0 }));
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.reduce((sum, { length }) => sum + length, 0)).toBe(200_000);
});

test("a file that becomes shorter is refused", async () => {
  const path = join(folder, "shrinking");
  writeFileSync(path, "x".repeat(100));
  const parts = follow(path, { idleSeconds: 1 });
  await parts.next();
  truncateSync(path, 10);
  await expectAsrError(() => parts.next(), "input", path, "became shorter");
});

test("an abort ends the wait", async () => {
  const path = join(folder, "endless");
  writeFileSync(path, "x");
  const abort = new AbortController();
  const text = textOf(follow(path, { idleSeconds: 1e6, signal: abort.signal }));
  abort.abort();
  expect((await text).length).toBeLessThanOrEqual(1);
});

test("a file that is not there is named", async () => {
  await expectAsrError(() => follow("/none/at/all").next(), "input", "/none/at/all");
  await expectAsrError(() => follow("x", { idleSeconds: -1 }).next(), "usage", "idleSeconds");
});
