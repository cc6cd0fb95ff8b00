import { expect, test } from "bun:test";
import { expectAsrError } from "../testing/expect-error.ts";
import { HubAndCache } from "../testing/hub-and-cache.ts";
import { singleModel, testId } from "../testing/hub-models.ts";

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

const others: [string, Record<string, object | string | undefined>, string][] = [
  ["Whisper", { "config.json": { model_type: "whisper" } }, "is Whisper"],
  [
    "the forced aligner",
    { "config.json": { model_type: "qwen3_asr", thinker_config: { classify_num: 5000 } } },
    "forced aligner",
  ],
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
