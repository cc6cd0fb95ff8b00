import { expect, test } from "bun:test";
import { expectAsrError } from "../testing/expect-error.ts";
import { HubAndCache } from "../testing/hub-and-cache.ts";
import { singleModel, testId } from "../testing/hub-models.ts";
import { cachedCommits } from "./inventory.ts";
import { modelOfThisMachine, resolveModel } from "./resolve.ts";

// What the hub has under a name may be another model, or lie in other files.

const model = singleModel(3, 30_000);

/** The test's model with some files replaced, added, or taken away. */
function changed(files: Record<string, object | string | undefined>): typeof model {
  const all: Record<string, Uint8Array> = { ...model.files };
  for (const [name, content] of Object.entries(files)) {
    if (content === undefined) delete all[name];
    else all[name] = Buffer.from(typeof content === "string" ? content : JSON.stringify(content));
  }
  return { files: all };
}

const noVocabulary = { "vocab.json": undefined, "merges.txt": undefined };

test("a vocabulary that is tokenizer.json alone is complete", async () => {
  using at = await HubAndCache.start(changed({ ...noVocabulary, "tokenizer.json": "{}" }));
  const { folder } = await at.pull();
  expect(await at.resolve({ offline: true })).toBe(folder);
});

test("without either it is not", async () => {
  using at = await HubAndCache.start(changed(noVocabulary));
  await expectAsrError(() => at.pull(), "model", testId, "no vocab.json");
});

const aligner = changed({
  "config.json": { model_type: "qwen3_asr", thinker_config: { classify_num: 5000 } },
});

test("the forced aligner is fetched, but not where a recognizer is wanted", async () => {
  using at = await HubAndCache.start(aligner);
  await expectAsrError(() => at.resolve(), "model", testId, "is the forced aligner", "--aligner");
  expect(at.hub.fileRequests.filter(({ file }) => file?.endsWith(".safetensors"))).toEqual([]);
  const { folder } = await at.pull();
  expect(await at.resolve({ kind: "aligner" })).toBe(folder);
  expect(await cachedCommits(at.cache.folder)).toMatchObject([{ id: testId, missing: null }]);
});

test("a recognizer is not fetched where the aligner is wanted", async () => {
  using at = await HubAndCache.start(model);
  const action = () => at.resolve({ kind: "aligner" });
  await expectAsrError(action, "model", testId, "is a recognizer", "--model");
  expect(at.hub.fileRequests.filter(({ file }) => file?.endsWith(".safetensors"))).toEqual([]);
});

test("a short name in the place of the other kind is told without a network", async () => {
  using at = await HubAndCache.start(model);
  const options = { cacheDir: at.cache.folder, offline: true };
  const named = (name: string, kind: "recognizer" | "aligner") => () =>
    resolveModel(name, { ...options, kind });
  await expectAsrError(named("aligner-8bit", "recognizer"), "model", "is the forced aligner");
  await expectAsrError(named("0.6b", "aligner"), "model", "is a recognizer", "--model");
  await expectAsrError(named("aligner", "aligner"), "model", "network is switched off");
  expect(at.hub.requests).toEqual([]);
});

test("whether a model is on this machine is told without a request", async () => {
  using at = await HubAndCache.start(aligner);
  const options = { cacheDir: at.cache.folder };
  expect(await modelOfThisMachine(testId, options)).toBeUndefined();
  expect(await modelOfThisMachine("./nowhere", options)).toBeUndefined();
  expect(at.hub.requests).toEqual([]);
  const { folder } = await at.pull();
  const before = at.hub.requests.length;
  expect(await modelOfThisMachine(testId, options)).toBe(folder);
  expect(await modelOfThisMachine(folder, options)).toBe(folder);
  expect(at.hub.requests.length).toBe(before);
});

const others: [string, Record<string, object | string | undefined>, string][] = [
  ["Whisper", { "config.json": { model_type: "whisper" } }, "is Whisper"],
  ["a mode of MLX", { "config.json": { quantization: { mode: "mxfp4" } } }, "mxfp4"],
  ["GGUF", { "model.safetensors": undefined, "q4.gguf": "GGUF" }, "GGUF"],
  [
    "a LoRA adapter",
    {
      "model.safetensors": undefined,
      "adapter_model.safetensors": "…",
      "adapter_config.json": {},
    },
    "LoRA adapter",
  ],
];
test.each(others)("%s is refused before its weights are fetched", async (_, files, text) => {
  using at = await HubAndCache.start(changed(files));
  await expectAsrError(() => at.pull(), "model", testId, text);
  expect(at.hub.fileRequests.filter(({ file }) => file?.endsWith(".safetensors"))).toEqual([]);
});
