import { afterAll, beforeAll, beforeEach, expect, setDefaultTimeout, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { ScratchCache, singleModel } from "../../testing/hub-models.ts";
import { commitOf, LoopbackHub, sha256 } from "../../testing/loopback-hub.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { modelsCommand } from "./models.ts";

setDefaultTimeout(30_000);

// What other programs, moved disks and other versions leave in a cache.

const id = "speech-lab/hearing";
const model = singleModel(1, 40_000);
const commit = commitOf(model);
const short = commit.slice(0, 8);
const endpointBefore = process.env["HF_ENDPOINT"];

let hub: LoopbackHub;
let cache: ScratchCache;
beforeAll(async () => {
  hub = await LoopbackHub.start({ [id]: model });
  process.env["HF_ENDPOINT"] = hub.endpoint;
});
beforeEach(async () => {
  cache?.[Symbol.dispose]();
  cache = new ScratchCache();
  await models("pull", id, "-q");
});
afterAll(() => {
  cache[Symbol.dispose]();
  hub[Symbol.dispose]();
  if (endpointBefore === undefined) delete process.env["HF_ENDPOINT"];
  else process.env["HF_ENDPOINT"] = endpointBefore;
});

const models = (...argv: string[]) =>
  outcomeOf((terminal) => modelsCommand.run([...argv, "--cache-dir", cache.folder], terminal));
const home = (of = id) => join(cache.folder, `models--${of.replace("/", "--")}`);
const snapshot = () => join(home(), "snapshots", commit);

function killLink(name: string): void {
  rmSync(join(snapshot(), name));
  symlinkSync("/gone/blobs/hash", join(snapshot(), name));
}

test("a dead link is named by list, info and verify, and pull mends it", async () => {
  killLink("merges.txt");
  const dead = "merges.txt leads to /gone/blobs/hash, which is not there";
  expect((await models("list")).out).toContain(`broken: ${dead}\n`);
  const info = await models("info", id);
  expect(info.out).toContain(`state     broken: ${dead}\n`);
  expect(info.out).toContain("  merges.txt             leads to /gone/blobs/hash\n");
  const { status, out, notes } = await models("verify", id);
  expect([status, out]).toEqual([3, `${id}@${short}: ${dead}\n`]);
  expect(notes).toContain(`models pull ${id}`);
  const [listed] = JSON.parse((await models("list", "--json")).out);
  const links = [{ name: "merges.txt", target: "/gone/blobs/hash" }];
  expect(listed).toMatchObject({ missing: "merges.txt", deadLinks: links });
  await models("pull", id, "-q");
  expect((await models("verify")).out).toBe(`${id}@${short}: 5 files ok\n`);
});

test("when every link is dead, the model is still found by its name", async () => {
  for (const name of readdirSync(snapshot())) killLink(name);
  expect((await models("info", id)).out).toContain("broken: config.json leads to");
  const { status, out } = await models("verify", id);
  expect([status, out.trimEnd().split("\n").length]).toEqual([3, 5]);
  // What is not a speech model by its name is not listed: nothing says that it is one.
  expect((await models("list")).out).toBe("");
  renameSync(home(), home("speech-lab/Tiny-ASR"));
  expect((await models("list")).out).toContain("speech-lab/Tiny-ASR  main");
  expect((await models("verify")).status).toBe(3);
});

test("without refs, a model is found by its name and by a short commit", async () => {
  rmSync(join(home(), "refs"), { recursive: true });
  for (const name of [id, `${id}@${short}`, `${id}@${commit}`, id.toUpperCase()]) {
    expect((await models("verify", name)).out).toBe(`${id}@${short}: 5 files ok\n`);
    expect((await models("info", name, "--offline")).out).toContain("complete");
  }
  expect((await models("rm", `${id}@${short}`)).status).toBe(0);
  expect(existsSync(home())).toBe(false);
});

/** Moves the weights of the model where huggingface_hub keeps them for all models of a cache. */
function share(): { stored: string; bytes: number } {
  const weights = model.files["model.safetensors"]!;
  const blob = join(home(), "blobs", sha256(weights));
  const hash = sha256(Buffer.from("the hash of another kind"));
  const folder = join(cache.folder, "blobs", hash.slice(0, 2));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(cache.folder, "blobs/.huggingface-shared-blobs"), "1\n");
  renameSync(blob, join(folder, hash));
  symlinkSync(`../../blobs/${hash.slice(0, 2)}/${hash}`, blob);
  return { stored: join(folder, hash), bytes: weights.length };
}

test("rm says what stays in the store that models share, and how to remove it", async () => {
  const { stored } = share();
  expect((await models("verify")).status).toBe(0);
  const { out, notes } = await models("rm", id);
  expect(out).toMatch(/: \d+ B freed\n$/);
  const left = `40.0 kB stay in ${cache.folder}/blobs, where Python's huggingface_hub shares files`;
  expect(notes).toBe(`${left} between models; "hf cache prune" removes them\n`);
  expect(existsSync(stored)).toBe(true);
});

test("rm is silent about what another model of the store still uses", async () => {
  const { stored } = share();
  const other = join(home("a/b"), "blobs");
  mkdirSync(other, { recursive: true });
  symlinkSync(stored, join(other, "0".repeat(64)));
  expect((await models("rm", `${id}@${commit}`)).notes).toBe("");
  expect(existsSync(stored)).toBe(true);
});

test("a checkpoint without its organization leads to the short name", async () => {
  const cases = [
    ["Qwen3-ASR-0.6B", "0.6b?"],
    ["qwen3-asr-1.7b-8bit", "1.7b-8bit?"],
    ["Qwen3_ASR 0.6B-bf16@main", "0.6b-bf16?"],
    ["Qwen3-ASR", "choose from: demo, 0.6b"],
  ];
  for (const [name, meant] of cases) {
    const { status, notes } = await models("info", name!);
    expect(status).toBe(2);
    expect(notes).toContain(meant!);
  }
});
