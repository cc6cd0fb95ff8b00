import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ScratchCache, shardedModel, testId } from "../../testing/hub-models.ts";
import { commitOf, LoopbackHub, sha256 } from "../../testing/loopback-hub.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { modelsCommand } from "./models.ts";

setDefaultTimeout(30_000);

const root = join(import.meta.dir, "../../..");
const model = shardedModel(1, 60_000);
const commit = commitOf(model);
const short = commit.slice(0, 8);

let hub: LoopbackHub;
let cache: ScratchCache;
const endpointBefore = process.env["HF_ENDPOINT"];
beforeAll(async () => {
  hub = await LoopbackHub.start({ [testId]: model });
  process.env["HF_ENDPOINT"] = hub.endpoint;
});
beforeEach(() => {
  cache?.[Symbol.dispose]();
  cache = new ScratchCache();
});
afterAll(() => {
  cache[Symbol.dispose]();
  hub[Symbol.dispose]();
  if (endpointBefore === undefined) delete process.env["HF_ENDPOINT"];
  else process.env["HF_ENDPOINT"] = endpointBefore;
});

const models = (...argv: string[]) =>
  outcomeOf((terminal) => modelsCommand.run([...argv, "--cache-dir", cache.folder], terminal));

describe("pull", () => {
  test("prints the folder, and tells of the download on standard error", async () => {
    const { status, out, notes } = await models("pull", testId);
    const folder = join(cache.folder, "models--speech-lab--tiny-asr/snapshots", commit);
    expect([status, out]).toEqual([0, `${folder}\n`]);
    expect(notes).toMatch(/^downloading speech-lab\/tiny-asr: 60\.\d kB\n/);
    expect(notes).toMatch(/downloaded speech-lab\/tiny-asr: \d s, [\d.]+ .?B\/s\n$/);
    const again = await models("pull", testId);
    const notice = "speech-lab/tiny-asr: is up to date\n";
    expect(again).toEqual({ status: 0, out: `${folder}\n`, notes: notice });
    expect((await models("pull", "-q", testId)).notes).toBe("");
    const offline = await models("pull", testId, "--offline");
    expect([offline.out, offline.notes]).toEqual([`${folder}\n`, `${testId}: is in the cache\n`]);
  });

  test("looks at every name before it begins", async () => {
    const before = hub.requests.length;
    const { status, notes } = await models("pull", testId, "0.6");
    expect([status, notes]).toEqual([
      2,
      'error: "0.6": unknown model; did you mean 0.6b? Or give a folder or org/name\n',
    ]);
    expect(hub.requests.length).toBe(before);
  });
});

describe("list", () => {
  test("shows speech models, whole and in part", async () => {
    await models("pull", testId, "-q");
    const other = join(cache.folder, "models--a--chat/snapshots", commit);
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, "config.json"), '{"model_type":"llama"}');
    const half = join(cache.folder, "models--b--half/snapshots", commit);
    mkdirSync(half, { recursive: true });
    writeFileSync(join(half, "config.json"), '{"model_type":"qwen3_asr"}');
    const { out } = await models("list");
    expect(out.split("\n").map((line) => line.split(/ {2,}/))).toEqual([
      ["model", "revision", "size", "state"],
      ["b/half", short, "26 B", "incomplete: no vocab.json"],
      ["speech-lab/tiny-asr", "main", "60.2 kB", "complete"],
      [""],
    ]);
    const [, listed] = JSON.parse((await models("list", "--json")).out);
    expect(listed).toMatchObject({ id: testId, commit, revisions: ["main"], missing: null });
  });

  test("of an empty cache says so", async () => {
    const { status, out, notes } = await models("list");
    expect([status, out]).toEqual([0, ""]);
    expect(notes).toStartWith(`no speech model in ${cache.folder}\n`);
    expect((await models("list", "--json")).out).toBe("[]\n");
  });
});

test("list tells what the short names cost, beside the list", async () => {
  const { out, notes } = await models("list");
  expect(notes).toMatch(/^0\.6b-4bit +3\.34 .* 19\.95 /m);
  expect(notes).toMatch(/^0\.6b-8bit +2\.80 .* 6\.89 /m);
  expect(notes).toContain("Japanese, Russian, Korean, Hindi and Arabic take 8 bits.");
  expect(out).not.toContain("19.95");
  expect((await models("list", "--quiet")).notes).toBe("");
});

describe("verify", () => {
  test("says that there is nothing to verify", async () => {
    const notes = `no speech model in ${cache.folder}\n`;
    expect(await models("verify")).toEqual({ status: 0, out: "", notes });
    expect((await models("verify", "-q")).notes).toBe("");
  });

  test("finds what changed unnoticed, and pull mends it", async () => {
    await models("pull", testId, "-q");
    expect(await models("verify")).toEqual({
      status: 0,
      out: `${testId}@${short}: 7 files ok\n`,
      notes: "",
    });
    const hash = sha256(model.files["model-00002-of-00002.safetensors"]!);
    const blobs = join(cache.folder, "models--speech-lab--tiny-asr/blobs");
    const bytes = readFileSync(join(blobs, hash));
    bytes[7]! ^= 1;
    writeFileSync(join(blobs, hash), bytes);
    // As a disk does it: without a new time stamp.
    const state = await Bun.file(join(blobs, hash)).stat();
    writeFileSync(join(blobs, `${hash}.bun-asr.verified`), `${state.size} ${state.mtimeMs}\n`);
    const { status, out, notes } = await models("verify", testId);
    expect(status).toBe(3);
    expect(out).toContain(`model-00002-of-00002.safetensors: corrupt: hash ${hash} expected`);
    expect(notes).toContain("fetch it again: ./bunw run models pull");
    await models("pull", testId, "-q");
    expect((await models("verify", testId)).status).toBe(0);
  });
});

describe("info", () => {
  test("of a model that is not here asks the hub", async () => {
    const { out } = await models("info", testId);
    expect(out).toContain(`revision  main (${commit})\n`);
    expect(out).toContain("state     not in the cache\n");
    expect(out).toContain("  model-00001-of-00002.safetensors  36.0 kB\n");
    expect(readdirSync(cache.folder)).toEqual([]);
    const { status, notes } = await models("info", testId, "--offline");
    expect(status).toBe(3);
    expect(notes).toContain("is not in");
  });

  test("of a model that is here asks nobody", async () => {
    await models("pull", testId, "-q");
    const before = hub.requests.length;
    const info = JSON.parse((await models("info", testId, "--json")).out);
    expect(hub.requests.length).toBe(before);
    expect(info).toMatchObject({ id: testId, revision: "main", commit, missing: null });
    expect(info.files.length).toBe(7);
    expect(info.files[1]).toEqual({
      name: "merges.txt",
      size: model.files["merges.txt"]!.length,
      hash: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  });
});

describe("rm", () => {
  const home = () => join(cache.folder, "models--speech-lab--tiny-asr");

  test("removes a model and says what that freed", async () => {
    await models("pull", testId, "-q");
    const { status, out } = await models("rm", testId);
    expect(status).toBe(0);
    expect(out).toMatch(/^removed speech-lab\/tiny-asr: 60\.\d kB freed\n$/);
    expect(existsSync(home())).toBe(false);
    const again = await models("rm", testId);
    expect(again.status).toBe(3);
    expect(again.notes).toContain("is not in");
  });

  test("removes one commit, but not what another one needs", async () => {
    await models("pull", testId, "-q");
    const newer = { files: { ...model.files, "config.json": Buffer.from('{"qwen3_asr":1}') } };
    using second = await LoopbackHub.start({ [testId]: newer });
    process.env["HF_ENDPOINT"] = second.endpoint;
    await models("pull", testId, "-q");
    process.env["HF_ENDPOINT"] = hub.endpoint;
    const { out } = await models("rm", `${testId}@${commit}`);
    expect(out).toMatch(/: \d\d B freed\n$/);
    expect(readdirSync(join(home(), "snapshots"))).toEqual([commitOf(newer)]);
    expect((await models("verify")).out).toBe(
      `${testId}@${commitOf(newer).slice(0, 8)}: 7 files ok\n`,
    );
    await models("rm", `${testId}@main`);
    expect(existsSync(home())).toBe(false);
  });
});

describe("one line of error and an exit status", () => {
  const cases: [number, string[], string][] = [
    [2, [], "say what to do; one of list, pull, rm, verify, info"],
    [2, ["pul"], "models pul: unknown; did you mean pull?"],
    [2, ["toString"], "models toString: unknown"],
    [2, ["pull"], "models pull: no model is named"],
    [2, ["rm"], "models rm: no model is named"],
    [2, ["info", "a/b", "c/d"], "models info takes one ID"],
    [2, ["list", "a/b"], "models list takes no ID"],
    [2, ["pull", "../x"], "no hub id"],
    [2, ["rm", "a/../.."], "no hub id"],
    [2, ["list", "--jsn"], "unknown flag --jsn; did you mean --json?"],
    [3, ["verify", "a/b"], "a/b: is not in"],
    [3, ["rm", "a/b@main"], "a/b: is not in"],
    [3, ["pull", "a/b"], "a/b: the hub has no such model"],
    [3, ["pull", "--offline", "a/b"], "the network is switched off"],
    [3, ["pull", "--offline", "a/b"], "a/b: is not in"],
  ];
  test.each(cases)("%d for %p", async (status, argv, why) => {
    const outcome = await models(...argv);
    expect([outcome.status, outcome.out]).toEqual([status, ""]);
    expect(outcome.notes).toStartWith("error: ");
    expect(outcome.notes).toContain(why);
    expect(outcome.notes.trimEnd().split("\n").length).toBe(1);
  });
});

test("an interrupt keeps what was fetched, and ends with 130", async () => {
  using slow = await LoopbackHub.start({ [testId]: model });
  slow.misdeed = ({ isStore }) => (isStore ? { kind: "stall", after: 0.5 } : undefined);
  const command = [process.execPath, "tools/run.ts", "models", "pull", testId];
  const child = Bun.spawn([...command, "--cache-dir", cache.folder], {
    cwd: root,
    env: { ...process.env, HF_ENDPOINT: slow.endpoint },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  while (!slow.requests.some(({ isStore }) => isStore)) await Bun.sleep(5);
  child.kill("SIGINT");
  const notes = await child.stderr.text();
  expect(await child.exited).toBe(130);
  expect(notes).toEndWith("error: interrupted\n");
  expect(readdirSync(join(cache.folder, ".locks/models--speech-lab--tiny-asr"))).toEqual([]);
  expect((await models("pull", testId, "-q")).status).toBe(0);
});
