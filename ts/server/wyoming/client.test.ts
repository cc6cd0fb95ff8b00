import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Asr } from "../../asr.ts";
import { demoSample } from "../../native/locate.ts";
import { clientsPython } from "../../testing/clients/python.ts";
import { MadeAudio } from "../../testing/made-audio.ts";
import { type RecordedMetrics, scriptedServer } from "../../testing/server.ts";
import { wavFile } from "../../testing/wav-writer.ts";
import { checkpointOpener } from "../models/opener.ts";
import { ModelPool } from "../models/pool.ts";
import { listenWyoming, type WyomingListener } from "./listen.ts";

// The package that Home Assistant speaks with, and the demo model.

setDefaultTimeout(120_000);

const text = "Turn on the light in the kitchen. The train to Boston leaves at seven thirty.";

let python = "";
let models: ModelPool;
let listener: WyomingListener;
let counted: RecordedMetrics;
beforeAll(async () => {
  python = await clientsPython();
  models = new ModelPool({ models: ["demo"], opener: checkpointOpener(Asr.load) });
  const { context: plain, metrics } = scriptedServer([]);
  counted = metrics;
  const context = { ...plain, models };
  listener = listenWyoming(context, { hostname: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  listener.close();
  await models.close();
});

/** What the client prints when it takes these steps. */
async function answers(...steps: object[]): Promise<{ type: string; data: object }[]> {
  const script = join(import.meta.dir, "../../testing/clients/wyoming_client.py");
  const child = Bun.spawn([python, script, String(listener.port)], {
    stdin: new Blob(steps.map((step) => `${JSON.stringify(step)}\n`)),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect([await child.exited, errors]).toEqual([0, ""]);
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const said = (language = "en") => [
  { type: "transcript-start", data: { language } },
  { type: "transcript-chunk", data: { text } },
  { type: "transcript", data: { text, language } },
  { type: "transcript-stop", data: {} },
];

describe("the package wyoming", () => {
  test("learns what there is, and has several recordings transcribed in turn", async () => {
    const audio = { audio: { path: demoSample } };
    const until = { until: "transcript-stop" };
    await models.open();
    const [info, pong, ...transcripts] = await answers(
      { describe: true },
      { ping: "hello" },
      { transcribe: { language: "en", name: "demo" } },
      audio,
      until,
      // Without a request, and one that does not wait for the answer to the one before.
      audio,
      { transcribe: { language: "en-US", transcript_names: ["Boston"] } },
      audio,
      until,
      until,
    );
    expect(info).toMatchObject({
      type: "info",
      data: {
        asr: [
          {
            name: "bun-asr",
            installed: true,
            models: [{ name: "demo", installed: true, languages: ["en"] }],
            supports_transcript_streaming: true,
            requires_external_vad: true,
          },
        ],
        tts: [],
      },
    });
    expect(pong).toEqual({ type: "pong", data: { text: "hello" } });
    // Where the language is detected it is not known before the text.
    const [, ...detected] = said();
    const undetermined = { type: "transcript-start", data: {} };
    expect(transcripts).toEqual([...said(), undetermined, ...detected, ...said()]);
  });

  test("is understood in other rates, widths and numbers of channels", async () => {
    const formats = [
      { rate: 16_000, width: 1, channels: 1 },
      { rate: 16_000, width: 3, channels: 2 },
      { rate: 48_000, width: 4, channels: 1 },
      { rate: 44_100, width: 2, channels: 2 },
      { rate: 22_050, width: 2, channels: 1 },
    ];
    const steps = formats.flatMap((format) => [
      { audio: { path: demoSample, ...format } },
      { until: "transcript-stop" },
    ]);
    const texts = (await answers(...steps)).filter(({ type }) => type === "transcript");
    expect(texts.map(({ data }) => data)).toEqual(formats.map(() => ({ text, language: "en" })));
  });

  test("is answered as a voice assistant is", async () => {
    const assist = (language: string) => ({ assist: { path: demoSample, language } });
    const [heard, refused, again] = await answers(assist("en"), assist("he"), assist("en"));
    expect(heard).toEqual({ type: "transcript", data: { text, language: "en" } });
    expect(refused).toMatchObject({ type: "error", data: { code: "invalid_value" } });
    expect(refused).toMatchObject({ data: { text: expect.stringContaining("Hebrew") } });
    expect(again).toEqual(heard!);
  });

  test("hears the same where its speaker is silent at the end", async () => {
    const silence = Buffer.alloc(0.8 * 32_000, Uint8Array.of(1, 0, 0, 0));
    const data = Buffer.concat([readFileSync(demoSample).subarray(44), silence]);
    using audio = new MadeAudio();
    const path = join(audio.folder, "silence.wav");
    writeFileSync(path, wavFile({ data }));
    const [heard] = await answers({ assist: { path, language: "en" } });
    expect(heard).toEqual({ type: "transcript", data: { text, language: "en" } });
    const [last] = counted.transcripts.slice(-1);
    // It was transcribed before all of the silence had come.
    expect(last!.transcript.duration).toBeWithin(5.3, 5.85);
  });
});
