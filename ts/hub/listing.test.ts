import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { expectAsrError } from "../testing/expect-error.ts";
import { quickTuning, ScratchCache, singleModel, testId } from "../testing/hub-models.ts";
import { LoopbackHub, listingOf } from "../testing/loopback-hub.ts";
import { checkpointFiles, parseListing, shardsOfIndex } from "./listing.ts";
import { pull } from "./pull.ts";

const model = singleModel(1, 5000);
const proper = listingOf(model);
const hash = "0".repeat(40);

/** The proper listing with one more file. */
function withFile(rfilename: unknown, size: unknown = 5, blobId: unknown = hash): object {
  return { ...proper, siblings: [...proper.siblings, { rfilename, size, blobId }] };
}

const outside = [
  "../x.json",
  "a/../../x",
  "/etc/passwd",
  "C:\\x",
  "c:x",
  "\\\\host\\share\\x",
  "a\\..\\x",
  "a//b",
  "./config.json",
  "x/.",
  "..",
  "",
  "config.json\u0000",
  "line\nbreak",
];

const refused: [string, object, string][] = [
  ...outside.map((name): [string, object, string] => [
    `the name ${JSON.stringify(name)}`,
    withFile(name),
    "leads out of its folder",
  ]),
  ["a name that is no text", withFile(7), "leads out of its folder"],
  ["10 TB", withFile("x.safetensors", 10e12), "10000000000000 bytes"],
  ["a text of 1 GB", withFile("merges.txt", 1e9), "merges.txt has 1000000000 bytes"],
  ["a negative size", withFile("x.safetensors", -1), "x.safetensors has no size"],
  ["a size that is no number", withFile("x.safetensors", "5"), "x.safetensors has no size"],
  ["no hash", withFile("x.safetensors", 5, "../../x"), "x.safetensors has no hash"],
  [
    "100,000 files",
    { ...proper, siblings: Array(100_000).fill({ rfilename: "x" }) },
    "it has 100000 files",
  ],
  [
    "65 shards",
    {
      ...proper,
      siblings: proper.siblings.concat(
        Array.from({ length: 65 }, (_, i) => ({
          rfilename: `${i}.safetensors`,
          size: 1,
          blobId: hash,
        })),
      ),
    },
    "it has 66 weight files",
  ],
  ["a commit that is a path", { ...proper, sha: "../../x" }, "names no commit"],
  ["no files", { sha: proper.sha }, "names no commit and files"],
  ["no weights", { ...proper, siblings: proper.siblings.slice(0, 4) }, "no .safetensors file"],
  ["no tokenizer", { ...proper, siblings: proper.siblings.slice(2) }, "it has no config.json"],
  ["null", { sha: proper.sha, siblings: [null] }, "leads out"],
];

test.each(refused)(
  "a model with %s is refused before anything is written",
  async (_, listing, why) => {
    using hub = await LoopbackHub.start({ [testId]: { ...model, listing } });
    using cache = new ScratchCache();
    const name = { id: testId, revision: "main" };
    const action = () => pull(name, cache.settings(hub.endpoint), {}, quickTuning);
    await expectAsrError(action, "model", testId, why);
    expect(hub.fileRequests).toEqual([]);
    const written = readdirSync(cache.folder, { recursive: true }).map(String);
    expect(written.filter((path) => path.includes("snapshots") || path.includes("refs"))).toEqual(
      [],
    );
  },
);

test("only files of a checkpoint are taken, small ones first", () => {
  const more = ["model.py", "pytorch_model.bin", "a/model.safetensors", ".gitattributes", "x.json"];
  const siblings = more.map((rfilename) => ({ rfilename, size: 1, blobId: hash }));
  const listing = parseListing({ ...proper, siblings: [...siblings, ...proper.siblings] }, testId);
  const names = checkpointFiles(listing, testId, undefined).map(({ name }) => name);
  expect(names).toEqual(Object.keys(model.files));
  expect(names.at(-1)).toBe("model.safetensors");
});

test("the weights that the index names are taken, all of them and no others", async () => {
  const listing = parseListing(withFile("consolidated.safetensors"), testId);
  const names = checkpointFiles(listing, testId, ["model.safetensors"]).map(({ name }) => name);
  expect(names).not.toContain("consolidated.safetensors");
  const missing = () => checkpointFiles(listing, testId, ["model.safetensors", "b.safetensors"]);
  await expectAsrError(missing, "model", "it has no b.safetensors");
});

test("an index names shards beside it", () => {
  const index = (...shards: unknown[]) =>
    shardsOfIndex(JSON.stringify({ weight_map: { ...shards } }));
  expect(index("b.safetensors", "a.safetensors", "b.safetensors")).toEqual([
    "a.safetensors",
    "b.safetensors",
  ]);
  for (const wrong of ["../x.safetensors", "/x.safetensors", "x.bin", 7]) {
    expect(index(wrong)).toBeUndefined();
  }
  for (const text of ["", "[]", "null", "{}"]) expect(shardsOfIndex(text)).toBeUndefined();
});
