import { afterAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CheckpointFolders, source, whole } from "../../testing/checkpoint.ts";
import { expectAsrError } from "../../testing/expect-error.ts";
import { promptTokens } from "../../text/prompt.ts";
import { Engine } from "./engine.ts";

// A vocabulary that does not fit is told when the model is opened, not at the first recording.

const folders = new CheckpointFolders();
afterAll(() => folders[Symbol.dispose]());

const name = "tokenizer_config.json";
const config = JSON.parse(readFileSync(join(source, name), "utf8"));

/** The goldens' checkpoint with other added tokens. */
function withAdded(change: (added: Record<string, { content: string }>) => void): string {
  const changed = structuredClone(config);
  change(changed.added_tokens_decoder);
  const folder = folders.single(whole);
  writeFileSync(join(folder, name), JSON.stringify(changed));
  return folder;
}

test("it fits as it is", async () => {
  using engine = await Engine.open(withAdded(() => {}));
  expect(engine.tokenizer.specialId("<asr_text>")).toBe(398);
});

test.each(promptTokens)("%s is missing", async (content) => {
  const folder = withAdded((added) => {
    for (const [id, token] of Object.entries(added))
      if (token.content === content) delete added[id];
  });
  await expectAsrError(() => Engine.open(folder), "model", content, "is missing", folder);
});

test("a token that the model has no row for", async () => {
  const folder = withAdded((added) => Object.assign(added, { "404": { content: "<|more|>" } }));
  await expectAsrError(() => Engine.open(folder), "model", "highest token id is 404", folder);
});

test("an audio pad that is another one than the model's", async () => {
  const folder = withAdded((added) => {
    const [pad, end] = ["397", "396"];
    [added[pad]!.content, added[end]!.content] = [added[end]!.content, added[pad]!.content];
  });
  await expectAsrError(() => Engine.open(folder), "model", "<|audio_pad|> is 396", folder);
});
