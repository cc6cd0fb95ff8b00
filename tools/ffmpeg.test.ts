import { afterAll, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AsrError } from "../ts/contract/errors.ts";
import { fetchFfmpeg } from "./ffmpeg.ts";

const folder = mkdtempSync(join(tmpdir(), "bun-asr-ffmpeg-"));
afterAll(() => rmSync(folder, { recursive: true }));

const failure = join(folder, "deps/failed");
beforeEach(() => rmSync(failure, { force: true }));

/** Fetches from a network that is there or not; returns what was tried and told. */
async function tried({ fails = false, isHere = false, asked = false } = {}) {
  let fetches = 0;
  const told: string[] = [];
  await fetchFfmpeg((line) => told.push(line), {
    isHere: () => isHere,
    async fetch() {
      fetches++;
      if (fails) throw new AsrError("native", "no network", "look at the cable");
    },
    failure,
    asked,
  });
  return { fetches, told };
}

test("nothing is fetched where ffmpeg is", async () => {
  expect(await tried({ isHere: true, asked: true })).toEqual({ fetches: 0, told: [] });
});

test("a failure is a note, and is not repeated at every run", async () => {
  const { fetches, told } = await tried({ fails: true });
  expect(fetches).toBe(1);
  expect(told).toEqual([
    "setup: no ffmpeg, only WAV at 16 kHz can be read: no network",
    "setup: ./bunw run setup tries it again",
  ]);
  expect(await tried({ fails: true })).toEqual({ fetches: 0, told: [] });
});

test("it is tried again when it is asked for, and after an hour", async () => {
  await tried({ fails: true });
  expect((await tried({ fails: true, asked: true })).fetches).toBe(1);
  const past = Date.now() / 1000 - 3700;
  utimesSync(failure, past, past);
  expect((await tried()).fetches).toBe(1);
  expect(existsSync(failure)).toBe(false);
});

test("a fault of the program itself is none of the network's", async () => {
  const fetch = async () => {
    throw new TypeError("a fault");
  };
  expect(fetchFfmpeg(() => {}, { isHere: () => false, fetch, failure })).rejects.toThrow("a fault");
});
