import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Asr } from "../../asr.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { demoSample } from "../../native/locate.ts";
import { demoSpeech } from "../../testing/live.ts";
import { errorOf, type ScriptedServer, scriptedServer } from "../../testing/server.ts";
import {
  type FormFields,
  post,
  transcriptionForm,
  wireEvents,
} from "../../testing/transcription-request.ts";
import { channelsWav } from "../../testing/wav-writer.ts";
import { transcriptions } from "./transcriptions.ts";

const kitchen = "Turn on the light in the kitchen.";
const train = "The train to Boston leaves at seven thirty.";

let asr: Asr;
let server: ScriptedServer;
let sample: Uint8Array<ArrayBuffer>;
let transcript: Transcript;
beforeAll(async () => {
  asr = await Asr.load("demo");
  server = scriptedServer([transcriptions], { hearing: asr });
  sample = await Bun.file(demoSample).bytes();
  transcript = await asr.transcribe(demoSample, { logprobs: true });
});
afterAll(async () => await asr.close());

async function answer(fields: FormFields, recording = sample): Promise<Response> {
  return await post(server.app, transcriptionForm(fields, recording));
}

async function json(fields: FormFields, recording = sample) {
  const response = await answer(fields, recording);
  expect(response.status).toBe(200);
  return JSON.parse(await response.text());
}

describe("a recording that the demo model hears", () => {
  test.each(["srt", "vtt"])("has the command line's subtitles: %s", async (format) => {
    const main = join(import.meta.dir, "../../cli/main.ts");
    const flags = ["transcribe", "--quiet", "-m", "demo", "-f", format, demoSample];
    const { stdout } = Bun.spawnSync([process.execPath, main, ...flags]);
    const body = await (await answer([["response_format", format]])).bytes();
    expect(Buffer.compare(body, stdout)).toBe(0);
    expect(body.length).toBeGreaterThan(50);
  });

  test("has its segments and its tokens", async () => {
    const fields: FormFields = [
      ["response_format", "verbose_json"],
      ["include[]", "logprobs"],
    ];
    const { text, language, duration, segments, logprobs } = await json(fields);
    expect([text, language, duration]).toEqual([`${kitchen} ${train}`, "english", 5.147375]);
    expect(segments).toMatchObject(
      transcript.segments.map(({ id, start, end, text: said, avgLogprob }) => ({
        ...{ id, start, end, text: said },
        avg_logprob: avgLogprob,
      })),
    );
    const tokens = transcript.segments.flatMap((segment) => segment.tokens!);
    expect(logprobs.map(({ token }: { token: string }) => token).join("")).toBe(text);
    expect(logprobs).toMatchObject(tokens.map(({ logprob }) => ({ logprob })));
  });

  test("tells in events what it tells as a whole", async () => {
    const fields: FormFields = [
      ["stream", "true"],
      ["include[]", "logprobs"],
      ["timestamp_granularities[]", "segment"],
    ];
    const told = wireEvents(await (await answer(fields)).text());
    const done = Object(told.at(-2)!.data);
    const { usage, segments, logprobs } = await json(fields.slice(1));
    expect(done).toMatchObject({ text: transcript.text, usage, segments, logprobs });
    const data = told.map((event) => Object(event.data));
    const deltas = data.filter(({ delta }) => delta !== undefined);
    expect(deltas.map(({ delta }) => delta).join("")).toBe(done.text);
    expect(deltas.flatMap((delta) => delta.logprobs)).toEqual(logprobs);
    const parts = data.flatMap(({ segment }) => segment ?? []);
    expect(parts).toEqual(
      transcript.segments.map(({ id, start, end, text }) => ({ id, start, end, text })),
    );
  });

  test("on two channels is told by its speakers", async () => {
    const speech = await demoSpeech();
    const [one, two] = [speech.slice(), speech.slice()];
    const border = Math.round(2.03 * 16_000);
    one.fill(0, border);
    two.fill(0, 0, border);
    const fields: FormFields = [["response_format", "diarized_json"]];
    const { text, segments } = await json(fields, channelsWav(one, two));
    expect(text).toBe(`${kitchen}\n${train}`);
    expect(segments).toMatchObject([
      { speaker: "A", text: kitchen },
      { speaker: "B", text: train },
    ]);
  });
});

describe("a recording that is not whole", () => {
  test("is transcribed as far as it goes, and says what is missing", async () => {
    const { text, bun_asr: account } = await json([], sample.slice(0, 70_000));
    expect(text).toStartWith(kitchen.slice(0, 20));
    expect(account.truncated).toBe(true);
    expect(account.warnings.join()).toContain("it is cut short");
  });

  test("is an error that has the client's name for it where nothing can be read", async () => {
    for (const bytes of [Buffer.from("no sound at all, but text"), sample.slice(0, 30)]) {
      for (const stream of ["false", "true"]) {
        const response = await answer([["stream", stream]], Uint8Array.from(bytes));
        expect(response.status).toBe(400);
        const { message, code, param } = await errorOf(response);
        expect([code, param]).toEqual(["invalid_audio", "file"]);
        expect(message).toStartWith("talk.wav: ");
        expect(message).not.toContain("/");
      }
    }
  });

  test("is silent, which is no error", async () => {
    const silence = channelsWav(new Float32Array(32_000));
    expect(await json([], silence)).toMatchObject({ text: "", languages: [], duration: 2 });
  });
});
