import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { processTuning, ScratchCache, singleModel, testId } from "../testing/hub-models.ts";
import { gitSha1, LoopbackHub, sha256 } from "../testing/loopback-hub.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { CachedModel } from "./cache.ts";
import { withCacheLock } from "./lock.ts";
import { hasEnded } from "./process-state.ts";
import { pull } from "./pull.ts";

setDefaultTimeout(60_000);

const name = { id: testId, revision: "main" };
const model = singleModel(1, 4_000_000);
const total = Object.values(model.files).reduce((sum, { length }) => sum + length, 0);
/** What a killed process can have asked for and not written. */
const inFlight = processTuning.connections * processTuning.rangeBytes;

/** A process that pulls the model; resolves when it has begun. */
async function child(hub: LoopbackHub, cache: ScratchCache, beatMs: number) {
  const script = join(import.meta.dir, "../testing/pull-child.ts");
  const command = [process.execPath, script, hub.endpoint, cache.folder, String(beatMs)];
  const started = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const reader = started.stdout.getReader();
  const decoder = new TextDecoder();
  let out = "";
  const read = async () => {
    const { value, done } = await reader.read();
    out += decoder.decode(value);
    return !done;
  };
  while (!out.includes("begun\n") && (await read()));
  return {
    isAlive: () => started.exitCode === null,
    kill: async () => {
      started.kill("SIGKILL");
      await started.exited;
    },
    /** The folder that it printed. */
    ended: async () => {
      while (await read());
      const errors = await started.stderr.text();
      expect([await started.exited, errors]).toEqual([0, ""]);
      return out.trim().split("\n").at(-1)!;
    },
  };
}

/** Nothing is under its final name that does not have the bytes of this name. */
function checkBlobs(cache: ScratchCache): void {
  const blobs = join(new CachedModel(cache.folder, testId).folder, "blobs");
  for (const blob of existsSync(blobs) ? readdirSync(blobs) : []) {
    if (blob.includes(".bun-asr.")) continue;
    const bytes = readFileSync(join(blobs, blob));
    expect(blob).toBe(blob.length === 64 ? sha256(bytes) : gitSha1(bytes));
  }
}

function checkModel(folder: string): void {
  for (const [file, content] of Object.entries(model.files)) {
    expect(sha256(readFileSync(join(folder, file)))).toBe(sha256(content));
  }
}

/** How often a process asked what there is to download. */
function listings(hub: LoopbackHub): number {
  return hub.requests.filter(({ path }) => path.startsWith("/api/")).length;
}

describe("kill -9", () => {
  test("at 15 random moments: what was written is never fetched again", async () => {
    const random = seededRandom(1);
    using hub = await LoopbackHub.start({ [testId]: model });
    using cache = new ScratchCache();
    hub.misdeed = () => ({ kind: "slow", ms: 20 });
    const kills = 15;
    for (let kill = 0; kill < kills; kill++) {
      const from = hub.requests.length;
      const running = await child(hub, cache, 20);
      const moment = from + 10 * random();
      while (hub.requests.length < moment && running.isAlive()) await Bun.sleep(1);
      await Bun.sleep(25 * random());
      await running.kill();
      checkBlobs(cache);
    }
    const { folder } = await pull(
      name,
      cache.settings(hub.endpoint),
      {},
      { ...processTuning, beatMs: 20 },
    );
    checkModel(folder);
    expect(hub.served - total).toBeLessThanOrEqual(kills * inFlight);
    // The attempts were cut short in the middle, or this shows nothing.
    expect(listings(hub)).toBeGreaterThan(kills - 5);
  });

  test("of the one that downloads lets a waiting one go on", async () => {
    using hub = await LoopbackHub.start({ [testId]: model });
    using cache = new ScratchCache();
    hub.misdeed = () => ({ kind: "slow", ms: 20 });
    const first = await child(hub, cache, 500);
    while (hub.fileRequests.length < 10) await Bun.sleep(2);
    const others = await Promise.all([child(hub, cache, 500), child(hub, cache, 500)]);
    await first.kill();
    for (const folder of await Promise.all(others.map((other) => other.ended())))
      checkModel(folder);
    expect(hub.served - total).toBeLessThanOrEqual(inFlight);
    expect(listings(hub)).toBe(2);
  });
});

test("8 processes at once download once", async () => {
  using hub = await LoopbackHub.start({ [testId]: model });
  using cache = new ScratchCache();
  const running = await Promise.all(Array.from({ length: 8 }, () => child(hub, cache, 500)));
  const folders = new Set(await Promise.all(running.map((one) => one.ended())));
  expect(folders.size).toBe(1);
  checkModel([...folders][0]!);
  expect(hub.served).toBe(total);
  expect(listings(hub)).toBe(1);
  expect(existsSync(new CachedModel(cache.folder, testId).lockPath)).toBe(false);
});

describe("the lock", () => {
  const signal = new AbortController().signal;
  const beatMs = 20;

  test("lets one in at a time, and says that it waits", async () => {
    using cache = new ScratchCache();
    const path = join(cache.folder, "lock");
    let [inside, most, waited] = [0, 0, 0];
    const work = () =>
      withCacheLock(path, { beatMs, signal, onWait: () => waited++ }, async () => {
        most = Math.max(most, ++inside);
        await Bun.sleep(10);
        inside--;
      });
    await Promise.all([work(), work(), work()]);
    expect([most, waited]).toEqual([1, 2]);
    expect(readdirSync(cache.folder)).toEqual([]);
  });

  test("of another machine is taken over when it is silent, and not before", async () => {
    using cache = new ScratchCache();
    const path = join(cache.folder, "lock");
    writeFileSync(path, JSON.stringify({ pid: process.pid, host: `not-${hostname()}`, key: "x" }));
    const started = performance.now();
    await withCacheLock(path, { beatMs, signal }, async () => {});
    expect(performance.now() - started).toBeGreaterThan(20 * beatMs);
  });

  test("of a process that ended, and that nobody waited for, is taken over at once", async () => {
    using cache = new ScratchCache();
    const path = join(cache.folder, "lock");
    const script =
      "import os, time\npid = os.fork()\nif pid == 0: os._exit(0)\n" +
      "print(pid, flush=True)\ntime.sleep(60)";
    const parent = Bun.spawn(["python3", "-c", script], { stdout: "pipe" });
    try {
      const { value } = await parent.stdout.getReader().read();
      const pid = Number(new TextDecoder().decode(value));
      while (!(await hasEnded(pid))) await Bun.sleep(5);
      // Signals still find it.
      process.kill(pid, 0);
      writeFileSync(path, JSON.stringify({ pid, host: hostname(), key: "x" }));
      const started = performance.now();
      await withCacheLock(path, { beatMs: 200, signal }, async () => {});
      expect(performance.now() - started).toBeLessThan(200 * 15);
      expect(await hasEnded(parent.pid)).toBe(false);
    } finally {
      parent.kill();
      await parent.exited;
    }
    expect(await hasEnded(parent.pid)).toBe(true);
  });

  test("half written by a process that was killed is taken over", async () => {
    using cache = new ScratchCache();
    const path = join(cache.folder, "lock");
    writeFileSync(path, "");
    await withCacheLock(path, { beatMs, signal }, async () => {});
    expect(existsSync(path)).toBe(false);
  });

  test("is there at every moment while one of several takes it over", async () => {
    using cache = new ScratchCache();
    const path = join(cache.folder, "lock");
    writeFileSync(path, "");
    let [runs, entered] = [0, false];
    const work = () =>
      withCacheLock(path, { beatMs: 100, signal }, async (lock) => {
        [runs, entered] = [runs + 1, true];
        await Bun.sleep(20);
        await lock.check();
      });
    const working = Promise.all([work(), work(), work()]);
    while (!entered) {
      expect(existsSync(path)).toBe(true);
      await new Promise(setImmediate);
    }
    await working;
    expect(runs).toBe(3);
    expect(readdirSync(cache.folder)).toEqual([]);
  });

  test("that was lost makes its action begin again", async () => {
    using cache = new ScratchCache();
    const path = join(cache.folder, "lock");
    let runs = 0;
    const result = await withCacheLock(path, { beatMs, signal }, async (lock) => {
      // As another process does after this one was stopped for long.
      if (++runs === 1) writeFileSync(path, "another process");
      setTimeout(() => existsSync(path) && runs === 1 && writeFileSync(path, ""), 30);
      await lock.check();
      return runs;
    });
    expect(result).toBe(2);
  });

  test("is not waited for after an abort", async () => {
    using cache = new ScratchCache();
    const path = join(cache.folder, "lock");
    const controller = new AbortController();
    await withCacheLock(path, { beatMs, signal }, async () => {
      const options = { beatMs, signal: controller.signal };
      const waiting = withCacheLock(path, options, async () => "entered");
      controller.abort(new Error("enough"));
      expect(await waiting.catch((error) => error.message)).toBe("enough");
    });
  });
});
