import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CryptoHasher } from "bun";
import type { DownloadProgress } from "../../hub/pull.ts";
import { defaultTuning } from "../../hub/tuning.ts";
import { zipped } from "../../testing/zip-writer.ts";
import { nagisa, type PinnedWheel } from "./pins.ts";
import { type TableOptions, WordTableSource } from "./tables.ts";

const dictionary = "학교 12 n\n가 1 n\n\n대한민국 3 n\n학교 1 n\n";
const archive = zipped({ "assets/ko.dict": dictionary });
const wheel: PinnedWheel = {
  project: "made-up",
  version: "1.0",
  file: "made_up-1.0-py3-none-any.whl",
  bytes: archive.length,
  sha256: new CryptoHasher("sha256").update(archive).digest("hex"),
  entries: ["assets/ko.dict"],
  purpose: "the dictionary of Korean words",
};
const link = `<a data-x="1" href="/f/${wheel.file}#sha256=0">${wheel.file}</a>`;
const page = `<html><a href="../other.whl">other.whl</a>${link}</html>`;
const tuning = { ...defaultTuning, answerMs: 500, stallMs: 500, backoffMs: 1, maxBackoffMs: 2 };

type Answer = () => Response | Promise<Response>;

let folder = "";
let asked: { path: string; authorization: string | null }[] = [];
let answers: Record<string, Answer> = {};
const usual: Record<string, Answer> = {
  "/simple/made-up/": () => new Response(page, { headers: { "content-type": "text/html" } }),
  [`/f/${wheel.file}`]: () => new Response(archive),
};
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch({ url, headers }) {
    const path = new URL(url).pathname;
    asked.push({ path, authorization: headers.get("authorization") });
    return answers[path]?.() ?? new Response("none", { status: 404 });
  },
});
server.unref();
const origin = `http://127.0.0.1:${server.port}`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-word-tables-"));
  asked = [];
  answers = { ...usual };
});

afterEach(() => rmSync(folder, { recursive: true }));

function source(options: TableOptions = {}): WordTableSource {
  const environment = { PIP_INDEX_URL: `${origin}/simple/`, HF_HOME: folder };
  const wheels = { Japanese: nagisa, Korean: wheel };
  return new WordTableSource({ environment, wheels, tuning, ...options });
}

function context(onProgress?: (progress: DownloadProgress) => void) {
  return { signal: AbortSignal.timeout(10_000), onProgress };
}

function kept(): string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => /\.\w+$/.test(name));
}

test("tables are fetched once, whoever asks, and kept for the next process", async () => {
  const steps: DownloadProgress[] = [];
  const one = source();
  const all = Array.from({ length: 4 }, () =>
    one.of(
      "Korean",
      context((step) => steps.push(step)),
    ),
  );
  const words = new Set(["학교", "대한민국"]);
  for (const found of await Promise.all(all)) expect(found).toEqual({ tables: { korean: words } });
  expect(asked.map(({ path }) => path)).toEqual(["/simple/made-up/", `/f/${wheel.file}`]);
  expect(steps[0]).toMatchObject({ done: 0, total: archive.length, file: "made-up 1.0" });
  expect(steps[0]!.note).toContain("fetching the dictionary of Korean words");
  expect(steps.at(-1)!.done).toBe(archive.length);
  expect(kept()).toEqual([
    expect.stringMatching(/^assets\/bun-asr\/words\/made-up-1\.0-.*\.tables$/),
  ]);
  expect(await source().of("Korean", context())).toEqual({ tables: { korean: words } });
  expect(asked).toHaveLength(2);
});

test("other languages need none", async () => {
  expect(await source().of("German", context())).toEqual({ tables: {} });
  expect(asked).toEqual([]);
});

test("offline nothing is asked, and a note says what is done instead", async () => {
  const found = await source({ offline: true }).of("Korean", context());
  expect(found).toEqual({
    tables: {},
    note: expect.stringMatching(/cut at spaces alone.*offline/),
  });
  const japanese = await source({ offline: true }).of("Japanese", context());
  expect(japanese.note).toContain("Japanese words are cut by another dictionary");
  expect(asked).toEqual([]);
});

test("a damaged file of the cache is fetched again", async () => {
  await source().of("Korean", context());
  writeFileSync(join(folder, kept()[0]!), "bun-asr tables 1\nand no more");
  expect(await source().of("Korean", context())).toMatchObject({ tables: { korean: {} } });
  expect(asked).toHaveLength(4);
});

test("a cache that cannot be written does no harm", async () => {
  // A file in the place of a folder: there not even root can write.
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "assets/bun-asr"), "");
  const found = await source().of("Korean", context());
  expect(found.tables.korean?.size).toBe(2);
  expect(found.note).toMatch(/will be fetched again.*could not be kept/);
});

const file = `/f/${wheel.file}`;
const changed = Buffer.from(archive);
changed[40]! ^= 1;

test.each<[string, Record<string, Answer>, RegExp, number]>([
  ["another file", { [file]: () => new Response(changed) }, /another SHA-256/, 2],
  [
    "more bytes",
    { [file]: () => new Response(Buffer.concat([archive, archive])) },
    /more bytes/,
    2,
  ],
  ["fewer bytes", { [file]: () => new Response(archive.subarray(9)) }, /another SHA-256/, 2],
  ["no such project", { "/simple/made-up/": () => new Response("", { status: 404 }) }, /404/, 1],
  ["a page without it", { "/simple/made-up/": () => new Response("<a href='x'>") }, /not list/, 1],
  ["a server at fault", { [file]: () => new Response("", { status: 503 }) }, /503/, 8],
  ["a circle", { [file]: () => Response.redirect(file) }, /circle/, 10],
  ["a silent server", { [file]: () => new Promise(() => {}) }, /no byte for 0.5 s/, 4],
])("%s ends in a note, and nothing is kept", async (_, misdeed, why, requests) => {
  Object.assign(answers, misdeed);
  const one = source();
  const found = await one.of("Korean", context());
  expect(found.tables).toEqual({});
  expect(found.note).toMatch(why);
  expect(asked).toHaveLength(requests);
  expect(kept()).toEqual([]);
  // Not again for each recording.
  expect(await one.of("Korean", context())).toEqual(found);
  expect(asked).toHaveLength(requests);
});

test("a fault that passes is tried again", async () => {
  let faults = 2;
  answers[file] = () => (faults-- > 0 ? new Response("", { status: 500 }) : new Response(archive));
  expect((await source().of("Korean", context())).note).toBeUndefined();
});

test("what an address says of a user goes to its host alone", async () => {
  using store = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ headers }) =>
      new Response(archive, { status: headers.has("authorization") ? 400 : 200 }),
  });
  const elsewhere = `http://127.0.0.1:${store.port}/x`;
  answers[file] = () => Response.redirect(elsewhere);
  const PIP_INDEX_URL = `${origin.replace("//", "//ada:secret@")}/simple`;
  const environment = { PIP_INDEX_URL, HF_HOME: folder };
  expect((await source({ environment }).of("Korean", context())).note).toBeUndefined();
  const authorization = `Basic ${btoa("ada:secret")}`;
  expect(asked.map((request) => request.authorization)).toEqual([authorization, authorization]);
});

test("who gives up waits no longer; the others do, and the last one ends it", async () => {
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<Response>();
  answers[file] = () => {
    begun.resolve();
    return go.promise;
  };
  const one = source({ tuning: { ...tuning, answerMs: 5000 } });
  const leaving = new AbortController();
  const left = one.of("Korean", { signal: leaving.signal });
  const stays = one.of("Korean", context());
  await begun.promise;
  leaving.abort(new Error("enough"));
  await expect(left).rejects.toThrow("enough");
  go.resolve(new Response(archive));
  expect((await stays).tables.korean?.size).toBe(2);
});

test("an attempt that nobody waited for is made again", async () => {
  answers[file] = () => new Promise(() => {});
  const one = source();
  const leaving = new AbortController();
  const left = one.of("Korean", { signal: leaving.signal });
  leaving.abort(new Error("enough"));
  await expect(left).rejects.toThrow("enough");
  answers[file] = usual[file]!;
  expect((await one.of("Korean", context())).tables.korean?.size).toBe(2);
});
