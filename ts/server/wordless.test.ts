import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoModel, demoSample, modelFolder } from "../native/locate.ts";
import { type Server, serve } from "../serve.ts";
import { demoSpeech } from "../testing/live.ts";
import { RealtimeClient } from "../testing/realtime-client.ts";
import { bytesOf } from "./realtime/audio-format.ts";

const text = "Turn on the light in the kitchen. The train to Boston leaves at seven thirty.";
const why =
  "words have no times here: this model has no alignment heads, and the aligner (aligner) is " +
  "not on this machine";

// The demo without its alignment heads, where no aligner is.

let folder = "";
let server: Server;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-wordless-"));
  const model = join(folder, "headless");
  cpSync(modelFolder(demoModel), model, { recursive: true });
  const config = await Bun.file(join(model, "config.json")).json();
  delete config.bun_asr.alignment_heads;
  await Bun.write(join(model, "config.json"), JSON.stringify(config));
  server = serve({ models: [model], cacheDir: join(folder, "hub"), offline: true, port: 0 });
  await server.open();
});
afterAll(async () => {
  await server.stop(0);
  rmSync(folder, { recursive: true });
});

async function sent(
  path: string,
  fields: readonly (readonly [string, string])[],
  to: Server = server,
) {
  const body = new FormData();
  body.set("file", Bun.file(demoSample));
  for (const [name, value] of fields) body.append(name, value);
  const response = await fetch(new URL(path, to.url), { method: "POST", body });
  return { status: response.status, ...Object(await response.json()) };
}

const granularity = "timestamp_granularities[]";

describe("a server that can time no words", () => {
  test("says so to who asks for nothing else", async () => {
    const { status, error } = await sent("/v1/audio/transcriptions", [[granularity, "word"]]);
    expect([status, error.code, error.param]).toEqual([400, "words_not_supported", "words"]);
    expect(error.message).toStartWith(why);
  });

  test("gives segments to who asks for both", async () => {
    const both = ["segment", "word"].map((one) => [granularity, one] as const);
    const answer = await sent("/v1/audio/transcriptions", both);
    expect(answer).toMatchObject({ status: 200, text, bun_asr: { notes: [why] } });
    expect([answer.segments.length, answer.words]).toEqual([2, undefined]);
  });

  test("aligns a text by what it hears, sentence by sentence", async () => {
    const answer = await sent("/v1/audio/alignments", [["text", text]]);
    expect(answer).toMatchObject({ status: 200, matched: 1 });
    expect(answer.words).toHaveLength(15);
  });

  test("writes live captions without them, and misses no sound for it", async () => {
    const address = `${server.url.href.replace("http", "ws")}v1/realtime?intent=transcription`;
    using client = new RealtimeClient(address);
    await client.next("session.created");
    const format = { type: "audio/pcm", rate: 16_000 };
    const include = ["words", "segments"].map((name) => `item.input_audio_transcription.${name}`);
    const transcription = { delay: "minimal" };
    await client.update({ turn_detection: null, format, transcription }, { include });
    const bytes = bytesOf(await demoSpeech());
    for (let at = 0; at < bytes.length; at += 6400) client.append(bytes.subarray(at, at + 6400));
    await client.next("conversation.item.input_audio_transcription.delta");
    client.commit();
    const completed = "conversation.item.input_audio_transcription.completed";
    const told = { transcript: text, words: [], bun_asr: { notes: [why] } };
    expect(await client.next(completed)).toMatchObject(told);
    expect(client.said()).toBe(text);
  });
});

test("an aligner that cannot be fetched is told of as what a client can follow", async () => {
  const faults: unknown[] = [];
  const options = { cacheDir: join(folder, "hub"), offline: true, port: 0 } as const;
  await using other = serve({
    ...options,
    models: ["demo"],
    onAnswer: ({ fault }) => faults.push(fault),
  });
  for (const path of ["/v1/audio/transcriptions", "/v1/audio/alignments"]) {
    const fields = [
      ["words", "aligner"],
      ["response_format", "verbose_json"],
      ["text", text],
    ] as const;
    const { status, error } = await sent(path, fields, other);
    expect([status, error.code, error.param]).toEqual([400, "words_not_supported", "words"]);
    expect(error.message).toContain("words=attention");
  }
  expect(faults).toHaveLength(2);
});
