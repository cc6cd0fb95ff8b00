import { describe, expect, setDefaultTimeout, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
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
import { HubAndCache, testName } from "../testing/hub-and-cache.ts";
import { quickTuning, shardedModel, singleModel, testId } from "../testing/hub-models.ts";
import { commitOf, LoopbackHub, sha256 } from "../testing/loopback-hub.ts";
import { CachedModel } from "./cache.ts";
import { type DownloadProgress, pull } from "./pull.ts";

setDefaultTimeout(30_000);

const model = singleModel(1, 60_000);
const commit = commitOf(model);
const weights = model.files["model.safetensors"]!;

describe("the cache", () => {
  test("is laid out as other tools expect it", async () => {
    using at = await HubAndCache.start(model);
    const { folder } = await at.pull();
    const home = join(at.cache.folder, "models--speech-lab--tiny-asr");
    expect(folder).toBe(join(home, "snapshots", commit));
    expect(readFileSync(join(home, "refs/main"), "utf8")).toBe(commit);
    expect(readdirSync(folder).sort()).toEqual(Object.keys(model.files).sort());
    const link = new CachedModel(at.cache.folder, testId).hashOf(join(folder, "model.safetensors"));
    expect(await link).toBe(sha256(weights));
    expect(readdirSync(join(home, "blobs")).filter((blob) => /partial/.test(blob))).toEqual([]);
  });

  test("that is complete costs no request", async () => {
    using at = await HubAndCache.start(model);
    const { folder } = await at.pull();
    const before = at.hub.requests.length;
    expect(await at.resolve()).toBe(folder);
    expect(await at.resolve({ offline: true })).toBe(folder);
    expect(at.hub.requests.length).toBe(before);
  });

  test("is used where another tool filled it, after one look at the bytes", async () => {
    using at = await HubAndCache.start(model);
    const { folder } = await at.pull();
    const blobs = join(at.cached.folder, "blobs");
    for (const blob of readdirSync(blobs)) {
      if (blob.endsWith(".verified")) renameSync(join(blobs, blob), join(at.cache.folder, blob));
    }
    expect(await at.resolve({ offline: true })).toBe(folder);
    expect(readdirSync(blobs).filter((blob) => blob.endsWith(".verified")).length).toBe(5);
  });

  test("that links into a store of all models is used, and the store stays", async () => {
    using at = await HubAndCache.start(model);
    await at.pull();
    const blob = at.cached.blob(sha256(weights));
    const stored = join(at.cache.folder, "stored");
    renameSync(blob, stored);
    symlinkSync("../../stored", blob);
    await at.resolve({ offline: true });
    writeFileSync(stored, "other bytes");
    await at.resolve();
    expect(readFileSync(stored, "utf8")).toBe("other bytes");
    expect(sha256(readFileSync(blob))).toBe(sha256(weights));
  });

  test("without links has the files in their places", async () => {
    using at = await HubAndCache.start(model);
    const link = async () => {
      throw new Error("no links here");
    };
    const { folder } = await at.pull({}, { link });
    expect(sha256(readFileSync(join(folder, "model.safetensors")))).toBe(sha256(weights));
    expect(await at.resolve({ offline: true })).toBe(folder);
    const before = at.hub.served;
    await at.pull({}, { link });
    expect(at.hub.served).toBe(before);
  });

  test("follows a branch that moved, and keeps the old commit", async () => {
    using at = await HubAndCache.start(model);
    const old = await at.pull();
    const newer = { files: { ...model.files, "config.json": Buffer.from('{"newer":true}') } };
    using hub = await LoopbackHub.start({ [testId]: newer });
    const settings = at.cache.settings(hub.endpoint);
    expect(await at.resolve({}, hub.endpoint)).toBe(old.folder);
    const { folder, bytes } = await pull(testName, settings, {}, quickTuning);
    expect(folder).toBe(join(at.cached.folder, "snapshots", commitOf(newer)));
    expect(bytes).toBe(14);
    expect(await at.resolve({}, hub.endpoint)).toBe(folder);
    const pinned = { id: testId, revision: commit };
    expect((await pull(pinned, settings, { ifNeeded: true }, quickTuning)).folder).toBe(old.folder);
  });
});

describe("what was fetched before", () => {
  test("is kept after a failure, and the progress begins there", async () => {
    using at = await HubAndCache.start(model);
    at.hub.misdeed = ({ range }) =>
      range?.startsWith("bytes=57344-") ? { kind: "status", status: 500 } : undefined;
    await expectAsrError(
      () => at.pull({}, { attempts: 2 }),
      "model",
      "answered 500",
      "goes on where it stopped",
    );
    at.hub.misdeed = () => undefined;
    const before = at.hub.served;
    const seen: DownloadProgress[] = [];
    const { bytes } = await at.pull({ onProgress: (progress) => seen.push(progress) });
    expect(bytes).toBe(at.hub.served - before);
    expect(bytes).toBeLessThan(60_000);
    const total = Object.values(model.files).reduce((sum, { length }) => sum + length, 0);
    expect(seen[0]).toMatchObject({ done: total - bytes, total });
    expect(seen.at(-1)).toMatchObject({ phase: "download", done: total, total });
  });

  test("is kept after an abort, which rejects with its reason", async () => {
    using at = await HubAndCache.start(model);
    const controller = new AbortController();
    const onProgress = ({ done }: DownloadProgress) => {
      if (done > 30_000) controller.abort(new Error("enough"));
    };
    const aborted = at.pull({ signal: controller.signal, onProgress });
    expect(await aborted.catch((error) => error.message)).toBe("enough");
    expect(existsSync(at.cached.lockPath)).toBe(false);
    const before = at.hub.served;
    await at.pull();
    expect(at.hub.served - before).toBeLessThan(30_500);
    const late = at.pull({ signal: controller.signal });
    expect(await late.catch((error) => error.message)).toBe("enough");
  });

  test("is checked again: what rotted on the disk is fetched again", async () => {
    using at = await HubAndCache.start(model);
    at.hub.misdeed = ({ range }) =>
      range?.startsWith("bytes=57344-") ? { kind: "status", status: 500 } : undefined;
    await at.pull({}, { attempts: 2 }).catch(() => {});
    at.hub.misdeed = () => undefined;
    const partial = at.cached.partial(sha256(weights));
    const bytes = readFileSync(partial);
    bytes[5000]! ^= 1;
    writeFileSync(partial, bytes);
    appendFileSync(`${partial}.journal`, "3 not a hash\n99999 \n7 ");
    const { folder } = await at.pull();
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
    using at = await HubAndCache.start(model);
    const { folder } = await at.pull();
    const before = at.hub.served;
    damage(at.cached.blob(sha256(weights)));
    const hint = "./bunw run models pull speech-lab/tiny-asr";
    const offline = () => at.resolve({ offline: true });
    await expectAsrError(offline, "model", "model.safetensors is corrupt", sha256(weights), hint);
    expect(await at.resolve()).toBe(folder);
    expect(sha256(readFileSync(join(folder, "model.safetensors")))).toBe(sha256(weights));
    expect(at.hub.served - before).toBe(weights.length);
  });

  test("a folder that exists is not complete", async () => {
    const sharded = shardedModel(3, 20_000);
    using at = await HubAndCache.start(sharded);
    const { folder } = await at.pull();
    for (const file of ["model-00002-of-00002.safetensors", "vocab.json"]) {
      renameSync(join(folder, file), join(at.cache.folder, file));
      const offline = () => at.resolve({ offline: true });
      await expectAsrError(offline, "model", "is not complete");
      expect(await at.resolve()).toBe(folder);
      expect(existsSync(join(folder, file))).toBe(true);
    }
  });
});
