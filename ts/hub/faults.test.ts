import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AsrError } from "../contract/errors.ts";
import {
  quickTuning,
  ScratchCache,
  shardedModel,
  singleModel,
  testId,
} from "../testing/hub-models.ts";
import { lastingTroubles, passingTrouble } from "../testing/hub-troubles.ts";
import {
  commitOf,
  gitSha1,
  LoopbackHub,
  type PublishedModel,
  sha256,
} from "../testing/loopback-hub.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { pull } from "./pull.ts";
import { Slots } from "./slots.ts";

setDefaultTimeout(60_000);

const name = { id: testId, revision: "main" };
const model = shardedModel(1, 40_000);

/** Every file that is visible has the bytes that the hub published; returns their names. */
function checkedFiles(cache: ScratchCache, of: PublishedModel): string[] {
  const folder = join(cache.folder, "models--speech-lab--tiny-asr");
  for (const blob of existsSync(folder) ? readdirSync(join(folder, "blobs")) : []) {
    if (blob.includes(".bun-asr.")) continue;
    const bytes = readFileSync(join(folder, "blobs", blob));
    expect(blob).toBe(blob.length === 64 ? sha256(bytes) : gitSha1(bytes));
  }
  const snapshot = join(folder, "snapshots", commitOf(of));
  const names = existsSync(snapshot) ? readdirSync(snapshot) : [];
  for (const file of names) {
    expect(sha256(readFileSync(join(snapshot, file)))).toBe(sha256(of.files[file]!));
  }
  return names.sort();
}

const published = (of: PublishedModel) =>
  Object.keys(of.files)
    .filter((file) => file !== "README.md")
    .sort();

/** Runs schedules side by side, because each of them mostly waits. */
async function schedules(count: number, run: (seed: number) => Promise<void>): Promise<void> {
  const slots = new Slots(8, new AbortController().signal);
  const seeds = Array.from({ length: count }, (_, seed) => seed);
  await slots.all(seeds.map((seed) => () => slots.run(() => run(seed))));
}

test("160 schedules of passing faults end with the right bytes", async () => {
  await schedules(160, async (seed) => {
    const random = seededRandom(seed);
    const bytes = Math.floor(random() * 50_000) + 1;
    const one = random() < 0.5 ? shardedModel(seed, bytes) : singleModel(seed, bytes);
    using hub = await LoopbackHub.start({ [testId]: one });
    using cache = new ScratchCache();
    hub.misdeed = passingTrouble(random);
    const tuning = { ...quickTuning, attempts: 30 };
    const { commit } = await pull(name, cache.settings(hub.endpoint), {}, tuning);
    expect(commit).toBe(commitOf(one));
    expect(checkedFiles(cache, one)).toEqual(published(one));
  });
});

test("40 schedules of lasting faults end with the reason, and go on when it is gone", async () => {
  await schedules(40, async (seed) => {
    const [misdeed, meets, message] = lastingTroubles[seed % lastingTroubles.length]!;
    using hub = await LoopbackHub.start({ [testId]: model });
    using cache = new ScratchCache();
    hub.misdeed = (request) => (meets(request) ? misdeed : undefined);
    const settings = cache.settings(hub.endpoint);
    const failure = await pull(name, settings, {}, { ...quickTuning, attempts: 4 }).catch((e) => e);
    expect(failure).toBeInstanceOf(AsrError);
    expect(failure.code).toBe("model");
    expect(failure.oneLine).toMatch(message);
    expect(checkedFiles(cache, model)).toEqual([]);
    hub.misdeed = passingTrouble(seededRandom(1000 + seed));
    await pull(name, settings, {}, { ...quickTuning, attempts: 30 });
    expect(checkedFiles(cache, model)).toEqual(published(model));
  });
});
