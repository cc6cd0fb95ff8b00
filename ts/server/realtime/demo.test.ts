import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Asr } from "../../asr.ts";
import { findFfmpeg } from "../../audio/ffmpeg/program.ts";
import type { Samples } from "../../audio/samples/recording.ts";
import { demoSample } from "../../native/locate.ts";
import { demoSpeech, withPauses } from "../../testing/live.ts";
import { manualClient, RealtimeClient, socketServer } from "../../testing/realtime-client.ts";
import { bytesOf } from "./audio-format.ts";
import { realtimeRoute } from "./realtime.ts";

const ofItem = "conversation.item.input_audio_transcription";
const path = "/v1/realtime?intent=transcription";

/** A recording of 16 kHz as a client with another format would send it. */
async function coded(samples: Samples, format: string, rate: number): Promise<Uint8Array> {
  const layout = ["-f", "s16le", "-ar", "16000", "-ac", "1", "-i", "pipe:0"];
  const output = ["-f", format, "-ar", String(rate), "-ac", "1", "pipe:1"];
  const program = [await findFfmpeg(), "-v", "error", ...layout, ...output];
  const child = Bun.spawn(program, { stdin: bytesOf(samples), stdout: "pipe" });
  return await child.stdout.bytes();
}

let asr: Asr;
let sample: Samples;
const text = readFileSync(demoSample.replace(".wav", ".txt"), "utf8").trim();

beforeAll(async () => {
  asr = await Asr.load("demo");
  sample = await demoSpeech();
});
afterAll(async () => await asr.close());

test.each([
  ["s16le", 16_000, { type: "audio/pcm", rate: 16_000 }],
  ["s16le", 24_000, { type: "audio/pcm" }],
  ["mulaw", 8000, { type: "audio/pcmu" }],
  ["alaw", 8000, { type: "audio/pcma" }],
])("what is said is told, as %s at %d Hz", async (coding, rate, format) => {
  await using server = socketServer([realtimeRoute()], { hearing: asr });
  using client = await manualClient(server, { format, transcription: { delay: "minimal" } });
  const bytes = await coded(sample, coding, rate);
  for (let at = 0; at < bytes.length; at += 4001) client.append(bytes.subarray(at, at + 4001));
  const first = await client.next(`${ofItem}.delta`);
  client.commit();
  const completed = await client.next(`${ofItem}.completed`);
  expect(completed).toMatchObject({ transcript: text, languages: [{ code: "en" }] });
  expect(completed["item_id"]).toBe(first["item_id"]);
  expect(client.said()).toBe(text);
});

test("words are told while somebody speaks, near to where they are in a recording", async () => {
  await using server = socketServer([realtimeRoute()], { hearing: asr });
  using client = await manualClient(server, { transcription: { delay: "minimal" } });
  await client.update({}, { include: ["item.input_audio_transcription.words"] });
  const bytes = bytesOf(sample);
  for (let at = 0; at < bytes.length; at += 6400) client.append(bytes.subarray(at, at + 6400));
  const first = await client.next(`${ofItem}.words`);
  client.commit();
  await client.next(`${ofItem}.completed`);
  const told = client.events.filter(({ type }) => type === `${ofItem}.words`);
  expect(told[0]).toBe(first);
  const words = told.flatMap((event) => event["words"] as { word: string; start: number }[]);
  expect(words.map(({ word }) => word).join(" ")).toBe(text);
  const { segments } = await asr.transcribe(demoSample, { words: "auto" });
  const offline = segments.flatMap((segment) => segment.words!);
  const near = words.filter(({ start }, at) => Math.abs(start - offline[at]!.start) < 0.3);
  expect(near.length / words.length).toBeGreaterThanOrEqual(0.9);
});

test("turns are found by their pauses, and told in order", async () => {
  await using server = socketServer([realtimeRoute()], { hearing: asr });
  using client = new RealtimeClient(server.address + path);
  await client.next("session.created");
  const samples = withPauses([new Float32Array(0), sample, sample], 1, 1.5, 1.5);
  const bytes = await coded(samples, "s16le", 24_000);
  for (let at = 0; at < bytes.length; at += 9600) client.append(bytes.subarray(at, at + 9600));
  let end = 0;
  for (const spoken of [1, 1 + sample.length / 16_000 + 1.5]) {
    const started = await client.next("input_audio_buffer.speech_started");
    const stopped = await client.next("input_audio_buffer.speech_stopped");
    const committed = await client.next("input_audio_buffer.committed");
    expect(Number(started["audio_start_ms"]) / 1000).toBeWithin(spoken - 0.4, spoken + 0.3);
    expect(Number(started["audio_start_ms"])).toBeGreaterThanOrEqual(end);
    end = Number(stopped["audio_end_ms"]);
    expect([started, stopped].map(({ item_id }) => item_id)).toEqual(
      Array(2).fill(committed["item_id"]),
    );
  }
  const ofType = (type: string) => client.events.filter((event) => event.type.endsWith(type));
  while (ofType(".completed").length < 2) await Bun.sleep(5);
  for (const { transcript, item_id } of ofType(".completed")) {
    expect([transcript, client.said(item_id)]).toEqual([text, text]);
  }
  const items = (type: string) => ofType(type).map(({ item_id }) => item_id);
  expect(items(".completed")).toEqual(items(".committed"));
});

test("four at once are each told what they say", async () => {
  await using server = socketServer([realtimeRoute()], { hearing: asr });
  const heard = async (turns: number) => {
    using client = await manualClient(server);
    const bytes = bytesOf(sample);
    for (let turn = 0; turn < turns; turn++) {
      for (let at = 0; at < bytes.length; at += 6400) client.append(bytes.subarray(at, at + 6400));
      client.commit();
      expect(await client.next(`${ofItem}.completed`)).toMatchObject({ transcript: text });
    }
    expect(client.said()).toBe(text.repeat(turns));
  };
  await Promise.all([heard(1), heard(2), heard(1), heard(2)]);
  expect(server.models.lent).toBe(0);
});
