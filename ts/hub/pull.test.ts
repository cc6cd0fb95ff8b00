import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AsrError } from "../contract/errors.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { HubAndCache, testName } from "../testing/hub-and-cache.ts";
import { quickTuning, ScratchCache, singleModel, testId } from "../testing/hub-models.ts";
import { LoopbackHub, sha256 } from "../testing/loopback-hub.ts";
import { type DownloadProgress, pull } from "./pull.ts";
import { storageError } from "./storage.ts";

setDefaultTimeout(30_000);

const model = singleModel(1, 60_000);
const weights = model.files["model.safetensors"]!;

describe("an error tells what to do", () => {
  const threeWays = [
    "./bunw run models pull speech-lab/tiny-asr",
    "HF_HUB_CACHE",
    "--model DIR",
    "demo",
  ];

  test("offline", async () => {
    using at = await HubAndCache.start(model);
    const offline = () => at.resolve({ offline: true });
    await expectAsrError(offline, "model", "the network is switched off", ...threeWays);
    expect(at.hub.requests).toEqual([]);
  });

  test("no network", async () => {
    using cache = new ScratchCache();
    const nowhere = cache.settings("http://127.0.0.1:1");
    await expectAsrError(
      () => pull(testName, nowhere, {}, quickTuning),
      "model",
      "127.0.0.1:1 cannot be reached",
      ...threeWays,
    );
  });

  test("a network that swallows everything", async () => {
    using at = await HubAndCache.start(model);
    at.hub.misdeed = () => ({ kind: "slow", ms: 1000 });
    const swallowed = () => at.pull({}, { answerMs: 20 });
    const why = "cannot be reached (no byte for 0.02 s)";
    await expectAsrError(swallowed, "model", why, ...threeWays);
  });

  test("an unknown model, and an unknown revision", async () => {
    using at = await HubAndCache.start(model);
    const other = { id: "no/such", revision: "main" };
    const unknown = () => pull(other, at.settings, {}, quickTuning);
    await expectAsrError(unknown, "model", "no/such: the hub has no such model");
    const odd = { id: testId, revision: "v9/x" };
    const revision = () => pull(odd, at.settings, {}, quickTuning);
    await expectAsrError(revision, "model", "no such revision", "what follows the @");
  });

  test("a gated model, and a token that is refused", async () => {
    using at = await HubAndCache.start(model);
    const headers = { "x-error-code": "GatedRepo" };
    at.hub.misdeed = () => ({ kind: "status", status: 401, headers });
    await expectAsrError(() => at.pull(), "model", "restricted", "terms", "HF_TOKEN");
    at.hub.misdeed = () => ({ kind: "status", status: 401 });
    const settings = at.cache.settings(at.hub.endpoint, { token: "hf_secret" });
    const error = await expectAsrError(
      () => pull(testName, settings, {}, quickTuning),
      "model",
      "refuses the token",
    );
    expect(error.oneLine).not.toContain("hf_secret");
  });

  test("a full disk: before the first byte, with both figures", async () => {
    using at = await HubAndCache.start(model);
    const freeBytes = async () => 32e6 + 40_000;
    const full = () => at.pull({}, { freeBytes });
    const [needed, free] = ["60.1 kB are needed", "32.0 MB are free"];
    await expectAsrError(full, "model", needed, free, "HF_HUB_CACHE");
    expect(at.hub.fileRequests).toEqual([]);
  });

  test("a disk that is full all of a sudden", () => {
    const error = Object.assign(new Error("no space"), { code: "ENOSPC", syscall: "write" });
    const text = (storageError(error, "/cache") as AsrError).oneLine;
    expect(text).toBe(
      "/cache: the disk is full (ENOSPC); make room and run it again: it goes on where it stopped",
    );
  });

  test("a cache that cannot be written, but read", async () => {
    using at = await HubAndCache.start(model);
    const { folder } = await at.pull();
    const other = { id: "speech-lab/other", revision: "main" };
    chmodSync(at.cache.folder, 0o555);
    // The rights of a folder do not bind root.
    const user = process.getuid?.();
    if (user === 0) process.seteuid?.(65534);
    try {
      expect(await at.resolve()).toBe(folder);
      const write = () => pull(other, at.settings, {}, quickTuning);
      await expectAsrError(write, "model", "the cache cannot be written (EACCES)", "--cache-dir");
    } finally {
      if (user === 0) process.seteuid?.(0);
      chmodSync(at.cache.folder, 0o755);
    }
  });

  test("a cache that is a file", async () => {
    using at = await HubAndCache.start(model);
    const file = join(at.cache.folder, "file");
    writeFileSync(file, "");
    const settings = at.cache.settings(at.hub.endpoint, { cacheFolder: file });
    await expectAsrError(
      () => pull(testName, settings, {}, quickTuning),
      "model",
      "the cache cannot be used",
    );
  });
});

describe("the token", () => {
  test("goes to the hub and nowhere else", async () => {
    using at = await HubAndCache.start(model);
    await pull(
      testName,
      at.cache.settings(at.hub.endpoint, { token: "hf_secret" }),
      {},
      quickTuning,
    );
    const inStore = at.hub.requests.filter(({ isStore }) => isStore);
    const atHub = at.hub.requests.filter(({ isStore }) => !isStore);
    expect(inStore.length).toBeGreaterThan(4);
    expect(new Set(inStore.map(({ authorization }) => authorization))).toEqual(
      new Set([undefined]),
    );
    expect(new Set(atHub.map(({ authorization }) => authorization))).toEqual(
      new Set(["Bearer hf_secret"]),
    );
  });

  test("is not sent again when another host redirects back", async () => {
    using at = await HubAndCache.start(model);
    using other = await LoopbackHub.start({});
    other.misdeed = ({ path }) => ({ kind: "redirect", to: `${at.hub.endpoint}${path}` });
    let asked = 0;
    at.hub.misdeed = ({ file, authorization }) =>
      file === "config.json" && authorization !== undefined && ++asked === 1
        ? { kind: "redirect", to: `${other.endpoint}/${testId}/resolve/main/config.json` }
        : undefined;
    await pull(
      testName,
      at.cache.settings(at.hub.endpoint, { token: "hf_secret" }),
      {},
      quickTuning,
    );
    expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  });
});

test("a hub without ranges sends each file once", async () => {
  using at = await HubAndCache.start(model);
  at.hub.misdeed = () => ({ kind: "whole" });
  const { folder } = await at.pull();
  expect(sha256(readFileSync(join(folder, "model.safetensors")))).toBe(sha256(weights));
  const whole = at.hub.fileRequests.filter(({ range, isStore }) => isStore && range === undefined);
  expect(whole.length).toBe(1);
});

test("a file that changes at the hub midway is noticed, and right in the end", async () => {
  using at = await HubAndCache.start(model);
  let count = 0;
  at.hub.misdeed = ({ file }) =>
    file === "model.safetensors" && ++count > 6 && count < 9 ? { kind: "corrupt" } : undefined;
  const lost: number[] = [];
  let last = 0;
  const onProgress = ({ done }: DownloadProgress) => {
    if (done < last) lost.push(last - done);
    last = done;
  };
  const { folder } = await at.pull({ onProgress });
  expect(sha256(readFileSync(join(folder, "model.safetensors")))).toBe(sha256(weights));
  expect(lost).toEqual([weights.length]);
});

test("a hub that asks for patience gets it", async () => {
  using at = await HubAndCache.start(model);
  const headers = { "retry-after": "1" };
  at.hub.misdeed = () =>
    at.hub.requests.length === 1 ? { kind: "status", status: 429, headers } : undefined;
  const started = performance.now();
  await at.pull();
  expect(performance.now() - started).toBeGreaterThan(990);
});

test("a cache folder that is not there yet is made", async () => {
  using at = await HubAndCache.start(model);
  const cacheFolder = join(at.cache.folder, "a/b");
  mkdirSync(join(at.cache.folder, "a"));
  const { folder } = await pull(
    testName,
    at.cache.settings(at.hub.endpoint, { cacheFolder }),
    {},
    quickTuning,
  );
  expect(existsSync(join(folder, "config.json"))).toBe(true);
});
