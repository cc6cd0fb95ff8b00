import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadAudio } from "../audio/open.ts";
import type { Transcript, Word } from "../contract/transcript.ts";
import { demoSample } from "../native/locate.ts";
import { render } from "../output/formats.ts";
import { callBySdk, type SdkResults } from "../testing/clients/openai-sdk.ts";
import { pcmAt24k } from "../testing/pcm.ts";
import { sampleAsCall } from "../testing/sample-call.ts";
import { ServerProcess } from "../testing/server-process.ts";
import { wavFile } from "../testing/wav-writer.ts";
import { transcribe } from "../transcribe.ts";

let folder = "";
let transcript: Transcript;
/** Its words, as OpenAI's API would tell them. */
let words: { word: string; start: number; end: number }[];
/** What came of calls to a server as it is, and to one with a key and one place. */
let plain: SdkResults;
let narrow: SdkResults;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-sdk-"));
  const input = {
    recording: demoSample,
    longRecording: join(folder, "long.wav"),
    call: join(folder, "call.wav"),
    pcm: join(folder, "24k.pcm"),
  };
  const { samples } = await loadAudio(demoSample);
  await Bun.write(input.pcm, pcmAt24k(samples));
  await Bun.write(input.call, await sampleAsCall());
  await Bun.write(input.longRecording, repeated(samples, 120));
  transcript = await transcribe(demoSample, { model: "demo" });
  const timed = await transcribe(demoSample, { model: "demo", words: "auto" });
  words = timed.segments.flatMap((segment) => segment.words!).map(openAiWord);
  const ask = async (flags: readonly string[], cases: readonly string[]) => {
    await using server = await ServerProcess.start(flags);
    return await callBySdk({ url: server.url, ...input }, cases);
  };
  const cases = [
    "models",
    "formats",
    "files",
    "fields",
    "words",
    "stream",
    "errors",
    "keyless",
    "litellm",
  ];
  [plain, narrow] = await Promise.all([
    ask([], [...cases, "committed_turn", "heard_turns", "live_words", "cancelled"]),
    ask(
      ["--api-key", "right", "--batch", "1", "--queue", "0", "--max-upload", "40MB"],
      ["key", "large", "busy"],
    ),
  ]);
});
afterAll(() => rmSync(folder, { recursive: true }));

function repeated(samples: Float32Array, times: number): Uint8Array {
  const data = new Int16Array(samples.length * times);
  for (let i = 0; i < data.length; i++) data[i] = 32_767 * samples[i % samples.length]!;
  return wavFile({ data: new Uint8Array(data.buffer) });
}

function openAiWord({ text: word, start, end }: Word) {
  return { word, start, end };
}

/** What a case returned. */
function resultOf(results: SdkResults, name: string): unknown {
  const { value, failure } = results[name] ?? { failure: "it was not run" };
  expect(failure).toBeUndefined();
  return value;
}

test("models are listed by the names that the SDK sends", () => {
  expect(resultOf(plain, "models")).toEqual({
    list: expect.arrayContaining(["demo"]),
    one: "demo",
  });
});

describe("formats", () => {
  test("of text are those of the command line", () => {
    const { text, srt, vtt } = resultOf(plain, "formats") as Record<string, string>;
    const own = (format: "srt" | "vtt") => render(format, transcript, { path: demoSample });
    expect([text, srt, vtt]).toEqual([`${transcript.text}\n`, own("srt"), own("vtt")]);
  });

  test("of JSON are of the SDK's types", () => {
    const formats = resultOf(plain, "formats") as Record<string, unknown>;
    expect(formats["json"]).toMatchObject({
      text: transcript.text,
      languages: [{ code: "en" }],
      usage: { type: "tokens", total_tokens: transcript.usage.totalTokens },
    });
    expect(formats["verbose_json"]).toMatchObject({
      text: transcript.text,
      language: "english",
      duration: expect.closeTo(transcript.duration, 3),
      segments: transcript.segments.map(({ id, start, end }) => ({
        id,
        start: expect.closeTo(start, 2),
        end: expect.closeTo(end, 2),
        tokens: expect.any(Array),
        no_speech_prob: expect.any(Number),
      })),
      usage: { type: "duration", seconds: expect.any(Number) },
    });
    const [first, second] = transcript.segments.map(({ text }) => text);
    expect(formats["diarized_json"]).toMatchObject({
      segments: [
        { speaker: "A", text: first },
        { speaker: "B", text: second },
      ],
      usage: { type: "duration", seconds: expect.any(Number) },
    });
  });
});

test("a file is taken however the SDK is given it", () => {
  const files = resultOf(plain, "files") as Record<string, string>;
  expect(Object.keys(files)).toHaveLength(9);
  for (const [way, text] of Object.entries(files)) {
    expect([way, text]).toEqual([way, transcript.text]);
  }
});

test("fields that the SDK has are taken, and what it adds is ignored", () => {
  const { all, auto } = resultOf(plain, "fields") as Record<string, unknown>;
  expect(all).toMatchObject({ text: transcript.text, languages: [{ code: "en" }] });
  const { logprobs } = all as { logprobs: { token: string; bytes: number[]; logprob: number }[] };
  expect(logprobs.length).toBeGreaterThan(5);
  const bytes = logprobs.flatMap((one) => one.bytes);
  expect(new TextDecoder().decode(Uint8Array.from(bytes)).trim()).toBe(transcript.text);
  expect(auto).toMatchObject({ text: transcript.text });
});

test("words have the SDK's type, and are there in events, too", () => {
  const found = resultOf(plain, "words") as {
    class: string;
    verbose: { words: object[] };
    events: { type: string; words: object[] }[];
  };
  expect(found.class).toBe("TranscriptionWord");
  expect(found.verbose.words).toMatchObject(words);
  const ofSegments = found.events.filter(({ type }) => type === "transcript.text.segment");
  expect(ofSegments.flatMap((event) => event.words)).toMatchObject(words);
  expect(found.events.at(-1)).toMatchObject({ type: "transcript.text.done", words });
});

test("a stream has the SDK's events, and its deltas are the text", () => {
  const { classes, deltas, done } = resultOf(plain, "stream") as {
    classes: string[];
    deltas: string[];
    done: Record<string, unknown>;
  };
  expect(classes).toContain("TranscriptionTextDeltaEvent");
  expect(classes).toContain("TranscriptionTextDoneEvent");
  expect(deltas.length).toBeGreaterThan(0);
  expect(deltas.join("")).toBe(transcript.text);
  expect(done).toMatchObject({ text: transcript.text, usage: { type: "tokens" } });
});

describe("what is wrong is an error of the SDK, and not sent again:", () => {
  const expected: Readonly<Record<string, object>> = {
    "no audio": { class: "BadRequestError", status: 400, code: "invalid_audio", param: "file" },
    empty: { class: "BadRequestError", status: 400, param: "file" },
    format: { class: "BadRequestError", status: 400, param: "response_format" },
    language: { class: "BadRequestError", status: 400, param: "language" },
    temperature: { class: "BadRequestError", status: 400, param: "temperature" },
    "one channel": { class: "BadRequestError", status: 400, param: "response_format" },
    stream: { class: "BadRequestError", status: 400, param: "file" },
    "no file": { class: "APIStatusError", status: 415 },
    path: { class: "NotFoundError", status: 404, code: "unknown_url" },
    model: { class: "NotFoundError", status: 404, code: "model_not_found" },
  };
  test.each(Object.entries(expected))("%s", (name, wanted) => {
    const { [name]: error } = resultOf(plain, "errors") as Record<string, { message: string }>;
    const type = "invalid_request_error";
    expect(error).toMatchObject({ ...wanted, type, "has id": true, sent: 1 });
    expect(error?.message).not.toMatch(/\/tmp|\.ts:\d/);
  });

  test("a wrong key, and none", () => {
    const code = "invalid_api_key";
    const refused = { class: "AuthenticationError", status: 401, code, sent: 1 };
    const right = transcript.text;
    expect(resultOf(narrow, "key")).toMatchObject({ wrong: refused, none: refused, right });
  });
});

test("what is refused while it is sent gets the reason, at once", () => {
  expect(resultOf(narrow, "large")).toMatchObject({
    "wrong key": { class: "AuthenticationError", status: 401, sent: 1 },
    "too large": { status: 413, code: "file_too_large", param: "file", sent: 1 },
  });
});

test("a full server says when to come again, and the SDK comes", () => {
  expect(resultOf(narrow, "busy")).toMatchObject({
    refused: { status: 503, after: expect.stringMatching(/^\d+$/) },
    text: transcript.text,
    first: true,
  });
  // The long recording, the refused attempt or two, and the one that was let in.
  const { sent } = resultOf(narrow, "busy") as { sent: number };
  expect(sent).toBeGreaterThan(2);
});

test("a call that is cancelled ends the work on it", () => {
  expect(resultOf(plain, "cancelled")).toEqual({ "was cancelled": true, left: true });
});

test("without a key no header is needed, and LiteLLM finds a duration", () => {
  expect(resultOf(plain, "keyless")).toBe(transcript.text);
  const { duration } = resultOf(plain, "litellm") as { duration: number };
  expect(duration).toBeCloseTo(transcript.duration, 3);
});

describe("a live stream", () => {
  interface LiveEvent {
    type: string;
    item_id?: string;
    delta?: string;
    transcript?: string;
  }
  const turnsOf = (name: string) => resultOf(plain, name) as LiveEvent[];
  const prefix = "conversation.item.input_audio_transcription";

  test("whose client says when a turn is over", () => {
    const events = turnsOf("committed_turn");
    const types = events.map(({ type }) => type);
    expect(types.slice(0, 2)).toEqual(["session.created", "session.updated"]);
    expect(types).toContain("input_audio_buffer.committed");
    const deltas = events.filter(({ type }) => type === `${prefix}.delta`);
    const done = events.filter(({ type }) => type === `${prefix}.completed`);
    expect(done.map(({ transcript: text }) => text)).toEqual([transcript.text]);
    expect(deltas.map(({ delta }) => delta).join("")).toBe(transcript.text);
  });

  test("whose client asks for words", () => {
    const events = turnsOf("live_words") as (LiveEvent & { words?: object[] })[];
    const of = (name: string) => events.filter(({ type }) => type === `${prefix}.${name}`);
    const settled = of("words").flatMap((event) => event.words!);
    const [completed] = of("completed");
    expect(completed?.transcript).toBe(transcript.text);
    expect(completed?.words).toHaveLength(words.length);
    expect(settled).toEqual(completed!.words!);
    expect(of("segment").flatMap((event) => event.words!)).toEqual(settled);
  });

  test("whose turns are heard", () => {
    const events = turnsOf("heard_turns");
    const count = (type: string) => events.filter((event) => event.type === type).length;
    expect(count("input_audio_buffer.speech_started")).toBe(2);
    expect(count("input_audio_buffer.speech_stopped")).toBe(2);
    const done = events.filter(({ type }) => type === `${prefix}.completed`);
    const { text } = transcript;
    expect(done.map(({ transcript: turn }) => turn)).toEqual([text, text]);
    for (const { item_id: id } of done) {
      const deltas = events.filter((one) => one.type === `${prefix}.delta` && one.item_id === id);
      expect(deltas.map(({ delta }) => delta).join("")).toBe(text);
    }
  });
});
