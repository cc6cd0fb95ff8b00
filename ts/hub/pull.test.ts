import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expectAsrError } from "../testing/expect-error.ts";
import {
  quickTuning,
  ScratchCache,
  shardedModel,
  singleModel,
  testId,
} from "../testing/hub-models.ts";
import { commitOf, LoopbackHub, sha256 } from "../testing/loopback-hub.ts";
import { CachedModel } from "./cache.ts";
import { type DownloadProgress, pull } from "./pull.ts";
import { resolveModel } from "./resolve.ts";
import type { HubSettings } from "./settings.ts";

setDefaultTimeout(30_000);

const name = { id: testId, revision: "main" };
const model = singleModel(1, 60_000);
const commit = commitOf(model);
const weights = model.files["model.safetensors"]!;

const bring = (settings: HubSettings, options = {}, tuning = quickTuning) =>
  pull(name, settings, options, tuning);

/** What a program calls, with the settings of a test. */
async function resolve(settings: HubSettings, options = {}): Promise<string> {
  const before = process.env["HF_ENDPOINT"];
  process.env["HF_ENDPOINT"] = settings.endpoint;
  try {
    return await resolveModel(testId, { cacheDir: settings.cacheFolder, ...options });
  } finally {
    if (before === undefined) delete process.env["HF_ENDPOINT"];
    else process.env["HF_ENDPOINT"] = before;
  }
}

async function start(published = model) {
  const hub = await LoopbackHub.start({ [testId]: published });
  const cache = new ScratchCache();
  const settings = cache.settings(hub.endpoint);
  const cached = new CachedModel(cache.folder, testId);
  return {
    hub,
    cache,
    settings,
    cached,
    [Symbol.dispose]() {
      hub[Symbol.dispose]();
      cache[Symbol.dispose]();
    },
  };
}

describe("the cache", () => {
  test("is laid out as other tools expect it", async () => {
    using at = await start();
    const { folder } = await bring(at.settings);
    const home = join(at.cache.folder, "models--speech-lab--tiny-asr");
    expect(folder).toBe(join(home, "snapshots", commit));
    expect(readFileSync(join(home, "refs/main"), "utf8")).toBe(commit);
    expect(readdirSync(folder).sort()).toEqual(Object.keys(model.files).sort());
    const link = new CachedModel(at.cache.folder, testId).hashOf(join(folder, "model.safetensors"));
    expect(await link).toBe(sha256(weights));
    expect(readdirSync(join(home, "blobs")).filter((blob) => /partial/.test(blob))).toEqual([]);
  });

  test("that is complete costs no request", async () => {
    using at = await start();
    const { folder } = await bring(at.settings);
    const before = at.hub.requests.length;
    expect(await resolve(at.settings)).toBe(folder);
    expect(await resolve(at.settings, { offline: true })).toBe(folder);
    expect(at.hub.requests.length).toBe(before);
  });

  test("is used where another tool filled it, after one look at the bytes", async () => {
    using at = await start();
    const { folder } = await bring(at.settings);
    const blobs = join(at.cached.folder, "blobs");
    for (const blob of readdirSync(blobs)) {
      if (blob.endsWith(".verified")) renameSync(join(blobs, blob), join(at.cache.folder, blob));
    }
    expect(await resolve(at.settings, { offline: true })).toBe(folder);
    expect(readdirSync(blobs).filter((blob) => blob.endsWith(".verified")).length).toBe(5);
  });

  test("that links into a store of all models is used, and the store stays", async () => {
    using at = await start();
    await bring(at.settings);
    const blob = at.cached.blob(sha256(weights));
    const stored = join(at.cache.folder, "stored");
    renameSync(blob, stored);
    symlinkSync("../../stored", blob);
    await resolve(at.settings, { offline: true });
    writeFileSync(stored, "other bytes");
    await resolve(at.settings);
    expect(readFileSync(stored, "utf8")).toBe("other bytes");
    expect(sha256(readFileSync(blob))).toBe(sha256(weights));
  });

  test("without links has the files in their places", async () => {
    using at = await start();
    const link = async () => {
      throw new Error("no links here");
    };
    const { folder } = await bring(at.settings, {}, { ...quickTuning, link });
    expect(sha256(readFileSync(join(folder, "model.safetensors")))).toBe(sha256(weights));
    expect(await resolve(at.settings, { offline: true })).toBe(folder);
    const before = at.hub.served;
    await bring(at.settings, {}, { ...quickTuning, link });
    expect(at.hub.served).toBe(before);
  });

  test("follows a branch that moved, and keeps the old commit", async () => {
    using at = await start();
    const old = await bring(at.settings);
    const newer = { files: { ...model.files, "config.json": Buffer.from('{"newer":true}') } };
    using hub = await LoopbackHub.start({ [testId]: newer });
    const settings = at.cache.settings(hub.endpoint);
    expect(await resolve(settings)).toBe(old.folder);
    const { folder, bytes } = await bring(settings);
    expect(folder).toBe(join(at.cached.folder, "snapshots", commitOf(newer)));
    expect(bytes).toBe(14);
    expect(await resolve(settings)).toBe(folder);
    const pinned = { id: testId, revision: commit };
    expect((await pull(pinned, settings, { ifNeeded: true }, quickTuning)).folder).toBe(old.folder);
  });
});

describe("what was fetched before", () => {
  test("is kept after a failure, and the progress begins there", async () => {
    using at = await start();
    at.hub.misdeed = ({ range }) =>
      range?.startsWith("bytes=57344-") ? { kind: "status", status: 500 } : undefined;
    await expectAsrError(
      () => bring(at.settings, {}, { ...quickTuning, attempts: 2 }),
      "model",
      "answered 500",
      "goes on where it stopped",
    );
    at.hub.misdeed = () => undefined;
    const before = at.hub.served;
    const seen: DownloadProgress[] = [];
    let size = 0;
    await bring(at.settings, {
      onProgress: (progress: DownloadProgress) => seen.push(progress),
      onSize: (bytes: number) => {
        size = bytes;
      },
    });
    expect(size).toBe(at.hub.served - before);
    expect(size).toBeLessThan(60_000);
    const total = Object.values(model.files).reduce((sum, { length }) => sum + length, 0);
    expect(seen[0]!.done).toBeGreaterThan(total - size);
    expect(seen.at(-1)).toMatchObject({ phase: "download", done: total, total });
  });

  test("is kept after an abort, which rejects with its reason", async () => {
    using at = await start();
    const controller = new AbortController();
    const onProgress = ({ done }: DownloadProgress) => {
      if (done > 30_000) controller.abort(new Error("enough"));
    };
    const aborted = bring(at.settings, { signal: controller.signal, onProgress });
    expect(await aborted.catch((error) => error.message)).toBe("enough");
    expect(existsSync(at.cached.lockPath)).toBe(false);
    const before = at.hub.served;
    await bring(at.settings);
    expect(at.hub.served - before).toBeLessThan(30_500);
    const late = bring(at.settings, { signal: controller.signal });
    expect(await late.catch((error) => error.message)).toBe("enough");
  });

  test("is checked again: what rotted on the disk is fetched again", async () => {
    using at = await start();
    at.hub.misdeed = ({ range }) =>
      range?.startsWith("bytes=57344-") ? { kind: "status", status: 500 } : undefined;
    await bring(at.settings, {}, { ...quickTuning, attempts: 2 }).catch(() => {});
    at.hub.misdeed = () => undefined;
    const partial = at.cached.partial(sha256(weights));
    const bytes = readFileSync(partial);
    bytes[5000]! ^= 1;
    writeFileSync(partial, bytes);
    appendFileSync(`${partial}.journal`, "3 not a hash\n99999 \n7 ");
    const { folder } = await bring(at.settings);
    expect(sha256(readFileSync(join(folder, "model.safetensors")))).toBe(sha256(weights));
  });
});

describe("a file that is not what its hash says", () => {
  const spoil = {
    "another byte": (path: string) => {
      const bytes = readFileSync(path);
      bytes[100]! ^= 1;
      writeFileSync(path, bytes);
      utimesSync(path, 1, 1);
    },
    "a byte less": (path: string) => truncateSync(path, statSync(path).size - 1),
    "nothing left": (path: string) => truncateSync(path, 0),
  };
  test.each(Object.entries(spoil))("%s: fetched again once", async (_, damage) => {
    using at = await start();
    const { folder } = await bring(at.settings);
    const before = at.hub.served;
    damage(at.cached.blob(sha256(weights)));
    const hint = "bun run models pull speech-lab/tiny-asr";
    const offline = () => resolve(at.settings, { offline: true });
    await expectAsrError(offline, "model", "model.safetensors is corrupt", sha256(weights), hint);
    expect(await resolve(at.settings)).toBe(folder);
    expect(sha256(readFileSync(join(folder, "model.safetensors")))).toBe(sha256(weights));
    expect(at.hub.served - before).toBe(weights.length);
  });

  test("a folder that exists is not complete", async () => {
    const sharded = shardedModel(3, 20_000);
    using at = await start(sharded);
    const { folder } = await bring(at.settings);
    for (const file of ["model-00002-of-00002.safetensors", "vocab.json"]) {
      renameSync(join(folder, file), join(at.cache.folder, file));
      const offline = () => resolve(at.settings, { offline: true });
      await expectAsrError(offline, "model", "is not complete");
      expect(await resolve(at.settings)).toBe(folder);
      expect(existsSync(join(folder, file))).toBe(true);
    }
  });
});

describe("an error tells what to do", () => {
  const threeWays = [
    "bun run models pull speech-lab/tiny-asr",
    "HF_HUB_CACHE",
    "--model DIR",
    "demo",
  ];

  test("offline", async () => {
    using at = await start();
    const offline = () => resolve(at.settings, { offline: true });
    await expectAsrError(offline, "model", "the network is switched off", ...threeWays);
    expect(at.hub.requests).toEqual([]);
  });

  test("no network", async () => {
    using cache = new ScratchCache();
    const nowhere = cache.settings("http://127.0.0.1:1");
    await expectAsrError(
      () => bring(nowhere),
      "model",
      "127.0.0.1:1 cannot be reached",
      ...threeWays,
    );
  });

  test("an unknown model, and an unknown revision", async () => {
    using at = await start();
    const other = { id: "no/such", revision: "main" };
    const unknown = () => pull(other, at.settings, {}, quickTuning);
    await expectAsrError(unknown, "model", "no/such: the hub has no such model");
    const odd = { id: testId, revision: "v9/x" };
    const revision = () => pull(odd, at.settings, {}, quickTuning);
    await expectAsrError(revision, "model", "no such revision", "what follows the @");
  });

  test("a gated model, and a token that is refused", async () => {
    using at = await start();
    const headers = { "x-error-code": "GatedRepo" };
    at.hub.misdeed = () => ({ kind: "status", status: 401, headers });
    await expectAsrError(() => bring(at.settings), "model", "restricted", "terms", "HF_TOKEN");
    at.hub.misdeed = () => ({ kind: "status", status: 401 });
    const settings = at.cache.settings(at.hub.endpoint, { token: "hf_secret" });
    const error = await expectAsrError(() => bring(settings), "model", "refuses the token");
    expect(error.oneLine).not.toContain("hf_secret");
  });

  test("a full disk: before the first byte, with both figures", async () => {
    using at = await start();
    const freeBytes = async () => 32e6 + 40_000;
    const full = () => bring(at.settings, {}, { ...quickTuning, freeBytes });
    const [needed, free] = ["60.1 kB are needed", "32.0 MB are free"];
    await expectAsrError(full, "model", needed, free, "HF_HUB_CACHE");
    expect(at.hub.fileRequests).toEqual([]);
  });

  test("a cache that cannot be written, but read", async () => {
    using at = await start();
    const { folder } = await bring(at.settings);
    const other = { id: "speech-lab/other", revision: "main" };
    chmodSync(at.cache.folder, 0o555);
    // The rights of a folder do not bind root.
    const user = process.getuid?.();
    if (user === 0) process.seteuid?.(65534);
    try {
      expect(await resolve(at.settings)).toBe(folder);
      const write = () => pull(other, at.settings, {}, quickTuning);
      await expectAsrError(write, "model", "the cache cannot be written (EACCES)", "--cache-dir");
    } finally {
      if (user === 0) process.seteuid?.(0);
      chmodSync(at.cache.folder, 0o755);
    }
  });

  test("a cache that is a file", async () => {
    using at = await start();
    const file = join(at.cache.folder, "file");
    writeFileSync(file, "");
    const settings = at.cache.settings(at.hub.endpoint, { cacheFolder: file });
    await expectAsrError(() => bring(settings), "model", "the cache cannot be used");
  });
});

describe("the token", () => {
  test("goes to the hub and nowhere else", async () => {
    using at = await start();
    await bring(at.cache.settings(at.hub.endpoint, { token: "hf_secret" }));
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
    using at = await start();
    using other = await LoopbackHub.start({});
    other.misdeed = ({ path }) => ({ kind: "redirect", to: `${at.hub.endpoint}${path}` });
    at.hub.misdeed = ({ file, authorization }) =>
      file === "config.json" && authorization !== undefined && at.hub.requests.length < 8
        ? { kind: "redirect", to: `${other.endpoint}/${testId}/resolve/main/config.json` }
        : undefined;
    await bring(at.cache.settings(at.hub.endpoint, { token: "hf_secret" }));
    expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  });
});

test("a hub without ranges sends each file once", async () => {
  using at = await start();
  at.hub.misdeed = () => ({ kind: "whole" });
  const { folder } = await bring(at.settings);
  expect(sha256(readFileSync(join(folder, "model.safetensors")))).toBe(sha256(weights));
  const whole = at.hub.fileRequests.filter(({ range, isStore }) => isStore && range === undefined);
  expect(whole.length).toBe(1);
});

test("a file that changes at the hub midway is noticed, and right in the end", async () => {
  using at = await start();
  let count = 0;
  at.hub.misdeed = ({ file }) =>
    file === "model.safetensors" && ++count > 6 && count < 9 ? { kind: "corrupt" } : undefined;
  const lost: number[] = [];
  let last = 0;
  const onProgress = ({ done }: DownloadProgress) => {
    if (done < last) lost.push(last - done);
    last = done;
  };
  const { folder } = await bring(at.settings, { onProgress });
  expect(sha256(readFileSync(join(folder, "model.safetensors")))).toBe(sha256(weights));
  expect(lost).toEqual([weights.length]);
});

test("a hub that asks for patience gets it", async () => {
  using at = await start();
  const headers = { "retry-after": "1" };
  at.hub.misdeed = () =>
    at.hub.requests.length === 1 ? { kind: "status", status: 429, headers } : undefined;
  const begun = performance.now();
  await bring(at.settings);
  expect(performance.now() - begun).toBeGreaterThan(990);
});

test("a cache folder that is not there yet is made", async () => {
  using at = await start();
  const cacheFolder = join(at.cache.folder, "a/b");
  mkdirSync(join(at.cache.folder, "a"));
  const { folder } = await bring(at.cache.settings(at.hub.endpoint, { cacheFolder }));
  expect(existsSync(join(folder, "config.json"))).toBe(true);
});
