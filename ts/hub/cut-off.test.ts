import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expectAsrError } from "../testing/expect-error.ts";
import { HubAndCache, testName } from "../testing/hub-and-cache.ts";
import { quickTuning, singleModel, testId } from "../testing/hub-models.ts";
import { commitOf, LoopbackHub } from "../testing/loopback-hub.ts";
import { cachedSpelling } from "./cache.ts";
import { pull } from "./pull.ts";
import { resolveModel } from "./resolve.ts";

setDefaultTimeout(30_000);

const model = singleModel(1, 20_000);
const commit = commitOf(model);

/** Puts a link to nothing in the place of a path. */
function kill(path: string): void {
  rmSync(path, { recursive: true, force: true });
  symlinkSync("/gone/blobs/hash", path);
}

describe("without refs, as what was fetched by its commit", () => {
  test("the only commit is opened offline, and where the hub cannot be reached", async () => {
    using at = await HubAndCache.start(model);
    const { folder } = await pull({ id: testId, revision: commit }, at.settings, {}, quickTuning);
    expect(existsSync(at.cached.ref("main"))).toBe(false);
    expect(await at.resolve({ offline: true })).toBe(folder);
    const nowhere = at.cache.settings("http://127.0.0.1:1");
    expect((await pull(testName, nowhere, { ifNeeded: true }, quickTuning)).folder).toBe(folder);
    // With a hub it is asked what main is.
    const before = at.hub.requests.length;
    expect(await at.resolve()).toBe(folder);
    expect(at.hub.requests.length).toBe(before + 1);
  });

  test("of several commits none is guessed, and all are named", async () => {
    const newer = { files: { ...model.files, "config.json": Buffer.from('{"qwen3_asr":1}') } };
    using at = await HubAndCache.start(model);
    await at.pull();
    using second = await LoopbackHub.start({ [testId]: newer });
    await pull(testName, at.cache.settings(second.endpoint), {}, quickTuning);
    rmSync(at.cached.ref("main"));
    const both = [commit, commitOf(newer)].sort().map((one) => `${testId}@${one.slice(0, 8)}`);
    const action = () => at.resolve({ offline: true });
    await expectAsrError(action, "model", `here is ${both[0]}, ${both[1]}`);
    for (const one of [commit, commitOf(newer)]) {
      const name = `${testId}@${one.slice(0, 8)}`;
      const folder = await resolveModel(name, { cacheDir: at.cache.folder, offline: true });
      expect(folder).toBe(at.cached.snapshot(one));
    }
  });
});

describe("a name in other letters", () => {
  test("is the model that is here", async () => {
    using at = await HubAndCache.start(model);
    const { folder } = await at.pull();
    for (const name of ["Speech-Lab/Tiny-ASR", "SPEECH-LAB/TINY-ASR@main"]) {
      const options = { cacheDir: at.cache.folder, offline: true };
      expect(await resolveModel(name, options)).toBe(folder);
    }
  });

  test("is taken as it is where both spellings are here, or none", async () => {
    using at = await HubAndCache.start(model);
    expect(await cachedSpelling(at.cache.folder, "A/b")).toBe("A/b");
    for (const id of ["A--b", "a--b"]) mkdirSync(join(at.cache.folder, `models--${id}`));
    expect(await cachedSpelling(at.cache.folder, "A/b")).toBe("A/b");
    expect(await cachedSpelling(at.cache.folder, "a/b")).toBe("a/b");
  });

  test("that is nearly one of the cache leads to it", async () => {
    using at = await HubAndCache.start(model);
    await at.pull();
    const action = () =>
      resolveModel("speech-lab/tinyasr", { cacheDir: at.cache.folder, offline: true });
    await expectAsrError(action, "model", `did you mean ${testId}, which is here? Else either run`);
  });

  test("whose download was broken off does not lead to itself", async () => {
    using at = await HubAndCache.start(model);
    mkdirSync(join(at.cache.folder, `models--${testId.replace("/", "--")}`, "blobs"), {
      recursive: true,
    });
    const action = () => resolveModel(testId, { cacheDir: at.cache.folder, offline: true });
    await expectAsrError(action, "model", "the network is switched off; either run");
  });
});

describe("links that lead to nothing", () => {
  const needed = ["config.json", "vocab.json", "model.safetensors"];
  test.each([...needed, "all of them", "the folder of the commit", "a blob"])(
    "%s",
    async (which) => {
      using at = await HubAndCache.start(model);
      const { folder } = await at.pull();
      const files = which === "all of them" ? readdirSync(folder) : [which];
      if (which === "the folder of the commit") kill(folder);
      else if (which === "a blob")
        kill(at.cached.blob((await at.cached.hashOf(join(folder, "vocab.json")))!));
      else for (const file of files) kill(join(folder, file));
      const action = () => at.resolve({ offline: true });
      await expectAsrError(action, "model", "leads to /gone/blobs/hash, which is not there");
      await at.pull();
      expect(await at.resolve({ offline: true })).toBe(folder);
    },
  );

  test("links in a ring", async () => {
    using at = await HubAndCache.start(model);
    const { folder } = await at.pull();
    kill(join(folder, "config.json"));
    rmSync(join(folder, "config.json"));
    symlinkSync("config.json", join(folder, "config.json"));
    const action = () => at.resolve({ offline: true });
    await expectAsrError(action, "model", "config.json leads to", "which is not there");
    await at.pull();
    expect(await at.resolve({ offline: true })).toBe(folder);
  });

  test("a model's folder on a disk that is not here is left alone", async () => {
    using at = await HubAndCache.start(model);
    await at.pull();
    const home = at.cached.folder;
    renameSync(home, `${home}.elsewhere`);
    symlinkSync("/gone/disk", home);
    await expectAsrError(() => at.pull(), "model", "leads to /gone/disk", "is its disk mounted?");
    rmSync(home);
    renameSync(`${home}.elsewhere`, home);
    expect((await at.pull()).bytes).toBe(0);
  });
});
