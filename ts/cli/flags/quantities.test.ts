import { expect, test } from "bun:test";
import { expectAsrError } from "../../testing/expect-error.ts";
import { bytesOf, secondsOf } from "./quantities.ts";

test.each([
  ["1", 1],
  ["25MB", 25_000_000],
  ["25mb", 25_000_000],
  ["1.5 GB", 1_500_000_000],
  ["4GiB", 2 ** 32],
  ["64k", 64_000],
  ["512B", 512],
  ["1T", 1e12],
])("%s bytes are %d", (text, bytes) => expect(bytesOf("--max-upload", text)).toBe(bytes));

test.each(["", "0", "-1", "B", "25XB", "25 MB MB", "1e9", "NaN", "0.4", "bb", "1bb", "ten"])(
  "%p is no size",
  async (text) => {
    const why = `--max-upload ${text}: expected a size; as in`;
    await expectAsrError(() => bytesOf("--max-upload", text), "usage", why);
  },
);

test.each([
  ["0", 0],
  ["90", 90],
  ["30s", 30],
  ["10m", 600],
  ["1.5 h", 5400],
  ["2D", 172_800],
])("%s is %d seconds", (text, seconds) => expect(secondsOf("--keep-alive", text)).toBe(seconds));

test.each(["", "-1", "m", "10 minutes", "10m30s", "1e3", "Infinity"])(
  "%p is no time",
  async (text) => {
    const why = `--keep-alive ${text}: expected a time; as in`;
    await expectAsrError(() => secondsOf("--keep-alive", text), "usage", why);
  },
);
