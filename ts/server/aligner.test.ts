import { afterAll, expect, test } from "bun:test";
import { basename } from "node:path";
import { demoSample } from "../native/locate.ts";
import { type ServeOptions, type Server, serve } from "../serve.ts";
import { alignerConfig, alignerFolder, alignerTensors } from "../testing/aligner.ts";
import { CheckpointFolders } from "../testing/checkpoint.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { until } from "../testing/until.ts";

const folders = new CheckpointFolders();
afterAll(() => folders[Symbol.dispose]());

/** A small aligner of random weights; this is the id of `<timestamp>` in its vocabulary. */
const config = alignerConfig((config) => {
  config["timestamp_token_id"] = 399;
});
const aligner = alignerFolder(folders, alignerTensors, config);

async function heard(server: Server, fields: Readonly<Record<string, string>>) {
  const body = new FormData();
  body.set("file", Bun.file(demoSample));
  for (const [name, value] of Object.entries(fields))
    for (const one of value.split(",")) body.append(name, one);
  const url = new URL("/v1/audio/transcriptions", server.url);
  const response = await fetch(url, { method: "POST", body });
  return { status: response.status, ...Object(await response.json()) };
}

test("an aligner that was named is told of, times words, and ends with its model", async () => {
  const events: string[] = [];
  const onModel: ServeOptions["onModel"] = ({ change }) => events.push(change);
  const options = { models: ["demo"], aligner, words: "aligner", port: 0, onModel } as const;
  await using server = serve({ ...options, keepAlive: 0.05 });
  const list = Object(await (await fetch(new URL("/v1/models", server.url))).json());
  expect(list.data[0]).toMatchObject({ id: "demo", aligner: basename(aligner) });
  for (const times of [1, 2]) {
    const { words } = await heard(server, { "timestamp_granularities[]": "word" });
    expect(words).toHaveLength(15);
    // Where its answer makes no sense, as here at times, they are estimated all the same.
    expect(words.every((word: { estimated: boolean }) => word.estimated)).toBe(false);
    await until(() => events.filter((change) => change === "closed").length === times);
  }
  const { words } = await heard(server, { words: "attention" });
  expect(words.every((word: { estimated: boolean }) => word.estimated)).toBe(true);
});

test("a language that it does not know is refused, or goes without words", async () => {
  const options = { models: ["demo"], aligner, words: "aligner", port: 0 } as const;
  await using server = serve(options);
  const refused = await heard(server, { language: "th", words: "aligner" });
  expect(refused).toMatchObject({ status: 400, error: { code: "words_not_supported" } });
  expect(refused.error.message).toContain("the aligner does not know Thai");
  const both = { language: "th", "timestamp_granularities[]": "segment,word" };
  const { status, words, segments, bun_asr: account } = await heard(server, both);
  expect([status, words, segments.length]).toEqual([200, undefined, 2]);
  expect(account.notes).toEqual(["words have no times here: the aligner does not know Thai"]);
});

test("what cannot be meant is told when the server is made", async () => {
  await expectAsrError(() => serve({ aligner: "alignerr", port: 0 }), "usage", "alignerr");
  const words = "always" as "auto";
  await expectAsrError(() => serve({ words, port: 0 }), "usage", 'words is "always"', "attention");
});
