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
import {
  commitOf,
  fileMisdeeds,
  gitSha1,
  type HubRequest,
  LoopbackHub,
  type Misdeed,
  type PublishedModel,
  sha256,
} from "../testing/loopback-hub.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { pull } from "./pull.ts";
import { Slots } from "./slots.ts";

setDefaultTimeout(60_000);

const name = { id: testId, revision: "main" };
const model = shardedModel(1, 40_000);
const large = "model-00001-of-00002.safetensors";

type Random = () => number;

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

/** Trouble that comes and goes: a third of the requests, and wrong bytes once for each file. */
function passingTrouble(random: Random): LoopbackHub["misdeed"] {
  const corrupted = new Set<string>();
  const expired = new Set<string>();
  const rate = 0.1 + 0.3 * random();
  return ({ file, isStore }) => {
    if (random() > rate) return undefined;
    const after = random();
    const retry = { "retry-after": "0" };
    const anywhere: Misdeed[] = [
      { kind: "drop", after },
      { kind: "status", status: pick(random, [408, 429, 500, 502, 503, 504]), headers: retry },
      { kind: "slow", ms: 10 * after },
    ];
    // One stall takes as long as everything else together.
    if (after < 0.1) anywhere.push({ kind: "stall", after });
    if (file === undefined) return pick(random, [...anywhere, { kind: "garbage" } as const]);
    // Where a redirect leads, an address may have expired.
    if (isStore && !expired.has(file) && random() < 0.2) {
      expired.add(file);
      return { kind: "status", status: 403 };
    }
    const kind = pick(random, fileMisdeeds);
    if (kind === "corrupt" && corrupted.has(file)) return undefined;
    if (kind === "corrupt") corrupted.add(file);
    return pick(random, [...anywhere, { kind }, { kind }]);
  };
}

/** Trouble that stays, with what the message must tell of it. */
const lastingTroubles: [Misdeed, (request: HubRequest) => boolean, RegExp][] = [
  [{ kind: "corrupt" }, isLarge, /model-00001.*: hash [0-9a-f]{64} expected, [0-9a-f]{64} found/],
  [{ kind: "short" }, isLarge, /model-00001.*sends \d+ of \d+ bytes|announces \d+ bytes/],
  [{ kind: "long" }, isLarge, /model-00001.*announces \d+ bytes, not \d+/],
  [{ kind: "gzip" }, isLarge, /model-00001.*sends it as gzip/],
  [{ kind: "range" }, isLarge, /model-00001.*sends bytes 7-8\/9, not bytes \d+-\d+\/24000/],
  [
    { kind: "etag" },
    ({ file, isStore }) => file === large && !isStore,
    /model-00001.*has the content 0+ now, not/,
  ],
  [{ kind: "drop", after: 0.01 }, isLarge, /model-00001.*the connection failed/],
  [{ kind: "redirect", to: "?again" }, isLarge, /model-00001.*redirects in a circle/],
  [{ kind: "redirect", to: "ftp://a.invalid/x" }, isLarge, /redirects to no web address/],
  [{ kind: "status", status: 403 }, isLarge, /model-00001.*where the hub sends us, answered 403/],
  [{ kind: "page" }, isLarge, /model-00001.*answers with a web page/],
  [{ kind: "status", status: 404 }, isConfig, /config.json: .*404/],
  [{ kind: "status", status: 500 }, isConfig, /config.json: the hub answered 500/],
  [{ kind: "status", status: 403 }, isListing, /access is restricted.*HF_TOKEN/],
  [{ kind: "status", status: 401 }, isListing, /no such model, or it is private.*HF_TOKEN/],
  [{ kind: "garbage" }, isListing, /list of files is not JSON/],
  [
    { kind: "status", status: 429, headers: { "retry-after": "9999" } },
    isListing,
    /answered 429 and asks to wait 9999 s/,
  ],
];

function isLarge({ file, isStore }: HubRequest): boolean {
  return file === large && isStore;
}

function isConfig({ file }: HubRequest): boolean {
  return file === "config.json";
}

function isListing({ file }: HubRequest): boolean {
  return file === undefined;
}

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
