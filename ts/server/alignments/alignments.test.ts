import { describe, expect, test } from "bun:test";
import { AsrError } from "../../contract/errors.ts";
import type { Script } from "../../testing/recognizer.ts";
import { errorOf, type ServerScript, scriptedServer } from "../../testing/server.ts";
import { type FormFields, post, transcriptionForm } from "../../testing/transcription-request.ts";
import { Problem } from "../http/problem.ts";
import { alignments } from "./alignments.ts";

/** What is said: two chunks of ten seconds. */
const script: Script = { chunks: ["Turn on the light.", "Is it on?"] };

async function sent(fields: FormFields, more: ServerScript = {}, signal?: AbortSignal) {
  const server = scriptedServer([alignments], { script, ...more });
  const path = "/v1/audio/alignments";
  const init = { path, ...(signal === undefined ? {} : { signal }) };
  const response = await post(server.app, transcriptionForm(fields), init);
  return { server, response };
}

async function json(fields: FormFields, more: ServerScript = {}) {
  const { server, response } = await sent(fields, more);
  const body = await response.text();
  expect([response.status, body]).toEqual([200, body]);
  expect(server.models.lent).toBe(0);
  return { server, ...JSON.parse(body) };
}

async function refusal(fields: FormFields, more: ServerScript = {}) {
  const { server, response } = await sent(fields, more);
  expect(server.models.lent).toBe(0);
  const error = await errorOf(response);
  return { status: response.status, started: server.recognizer.started.length, ...error };
}

const text = "Turn on the lamp. Is it on?";

describe("a text", () => {
  test("gets the times of its words and sentences, and what does not match is told", async () => {
    const answer = await json([["text", text]]);
    expect(answer).toMatchObject({
      text,
      language: "english",
      languages: [{ code: "en" }],
      duration: 20,
      matched: 6 / 7,
      usage: { type: "tokens" },
      bun_asr: { model: "demo", truncated: false },
      segments: [
        { id: 0, start: 0.5, text: "Turn on the lamp.", tokens: [] },
        { id: 1, start: 10.5, end: 19.5, text: "Is it on?" },
      ],
    });
    expect(answer.words.map(({ word }: { word: string }) => word)).toEqual(text.split(" "));
    expect(answer.words[4]).toEqual({
      ...{ word: "Is", start: 10.5, end: 13.5 },
      ...{ probability: Math.exp(-0.1), estimated: true },
    });
    expect(answer.unmatched).toMatchObject([{ kind: "text", text: "lamp." }, { kind: "speech" }]);
    expect(answer).not.toHaveProperty("task");
    expect(answer.server.recognizer.aligned).toBe(text);
    expect(answer.server.metrics.transcripts).toHaveLength(1);
  });

  test("comes in Whisper's shape, too", async () => {
    const fields: FormFields = [
      ["text", text],
      ["response_format", "verbose_json"],
    ];
    const usage = { type: "duration", seconds: 20 };
    expect(await json(fields)).toMatchObject({ task: "align", text, matched: 6 / 7, usage });
  });

  test("keeps its lines where that is asked for", async () => {
    const lines = "Turn on\r\nthe light.\n\nIs it on?";
    const answer = await json([
      ["text", lines],
      ["lines", "true"],
    ]);
    expect(answer.segments.map((segment: { text: string }) => segment.text)).toEqual([
      "Turn on",
      "the light.",
      "Is it on?",
    ]);
    expect(answer).toMatchObject({ matched: 1, unmatched: [] });
  });

  test.each([
    ["srt", "text/plain", /^1\n00:00:00,500 --> [\s\S]*\nthe lamp\.\n\n3\n00:00:10,500/],
    ["vtt", "text/vtt", /^WEBVTT\n\n00:00:00\.500 --> [\s\S]*<00:00:13\.500>/],
    ["lrc", "text/plain", /^\[00:00\.50\]<00:00\.50>Turn/],
    ["tsv", "text/tab-separated-values", /^start\tend\ttext\tsegment[^\n]*\n500\t2750\tTurn\t0\t/],
  ])("becomes %s", async (format, type, expected) => {
    const { response } = await sent([
      ["text", text],
      ["response_format", format],
    ]);
    expect(response.headers.get("content-type")).toBe(`${type}; charset=utf-8`);
    expect(response.headers.get("x-bun-asr-matched")).toBe("0.8571");
    expect(response.headers.get("x-bun-asr-model")).toBe("demo");
    expect(await response.text()).toMatch(expected);
  });

  test("that is another is answered, and a note says so", async () => {
    const { matched, bun_asr: account } = await json([["text", "All cats are grey at night."]]);
    expect(matched).toBeLessThan(0.5);
    expect(account.notes.join()).toContain("of the text was heard: is it that of this recording");
  });

  test("is aligned as far as the recording can be read", async () => {
    const failure = new AsrError("input", "talk.wav: ends early");
    const broken: Script = { chunks: ["Turn on the light.", failure] };
    const { matched, bun_asr: account } = await json([["text", text]], { script: broken });
    expect(matched).toBeLessThan(0.6);
    expect(account).toMatchObject({ truncated: true, warnings: [failure.message] });
  });

  test("is heard with what the client knows, and by the words' source that holds", async () => {
    const fields: FormFields = [
      ["text", text],
      ["language", "en"],
      ["prompt", "lamps"],
      ["keywords[]", "lamp"],
    ];
    const { server } = await json(fields);
    const { signal: _, ...options } = server.recognizer.options;
    const expected = { language: "English", prompt: "lamps", keywords: [{ word: "lamp" }] };
    expect(options).toMatchObject({ ...expected, maxSeconds: 14_400 });
    const told = await json([...fields, ["words", "aligner"]]);
    expect(told.server.recognizer.options.words).toBe("aligner");
    const own = await json(fields, { words: "attention" });
    expect(own.server.recognizer.options.words).toBe("attention");
  });

  test("does not come as events, and the answer says so", async () => {
    const { bun_asr: account } = await json([
      ["text", text],
      ["stream", "true"],
    ]);
    expect(account.notes).toEqual(["alignments do not come as events: stream is ignored"]);
  });
});

describe("subtitles", () => {
  const srt =
    "7\r\n00:00:03,000 --> 00:00:04,000\r\n<i>Turn on</i> the light.\r\n\r\n" +
    "8\r\n00:00:05,000 --> 00:00:06,000\r\nIs it on?\r\n";

  test("keep all but their times", async () => {
    const { response } = await sent([
      ["srt", srt],
      ["response_format", "srt"],
    ]);
    expect(await response.text()).toBe(
      srt
        .replace("00:00:03,000 --> 00:00:04,000", "00:00:00,500 --> 00:00:09,500")
        .replace("00:00:05,000 --> 00:00:06,000", "00:00:10,500 --> 00:00:19,500"),
    );
  });

  test("are made anew where a field shapes them", async () => {
    const { response } = await sent([
      ["srt", srt],
      ["response_format", "srt"],
      ["max_words_per_cue", "2"],
    ]);
    expect(await response.text()).toMatch(/^1\n00:00:00,500 --> .*\nTurn on\n\n2\n.*\nthe light\./);
  });

  test("become other formats, cue by cue", async () => {
    const { segments, text: whole } = await json([["srt", srt]]);
    expect(segments).toMatchObject([{ text: "Turn on the light." }, { text: "Is it on?" }]);
    expect(whole).toBe("Turn on the light.\nIs it on?");
  });
});

describe("what cannot be is refused before anything is heard", () => {
  test.each<[FormFields, string, string]>([
    [[], "text", "no text to align"],
    [[["text", "   "]], "text", "no text to align"],
    [
      [
        ["text", text],
        ["text", "Is it off?"],
      ],
      "text",
      "has text 2 times",
    ],
    [
      [
        ["text", text],
        ["channel", "each"],
      ],
      "channel",
      "aligned to one channel",
    ],
    [[["text", "…! 🎉"]], "text", "has no words in it"],
    [[["srt", "Just a text."]], "srt", "has no subtitles in it; SubRip and WebVTT"],
    [
      [
        ["text", text],
        ["srt", text],
      ],
      "srt",
      "exclude each other",
    ],
    [
      [
        ["text", text],
        ["response_format", "text"],
      ],
      "response_format",
      "json, verbose_json, srt, vtt, lrc, tsv",
    ],
    [
      [
        ["text", text],
        ["max_words_per_cue", "3"],
      ],
      "max_words_per_cue",
      "srt or vtt",
    ],
    [
      [
        ["text", text],
        ["language", "xx"],
      ],
      "language",
      "zh, en",
    ],
    [
      [
        ["text", text],
        ["words", "none"],
      ],
      "words",
      "auto, attention, aligner",
    ],
    [[["text", "word ".repeat(300_000)]], "text", "more than 1048576 bytes"],
  ])("%#", async (fields, param, why) => {
    const { status, started, message, ...error } = await refusal(fields);
    expect([status, error.param, started]).toEqual([400, param, 0]);
    expect(message).toContain(why);
  });

  test("words whose times nobody can tell, where they are to come from somewhere", async () => {
    const wordless = { script: { ...script, wordless: "this model has no heads" } };
    const fields: FormFields = [
      ["text", text],
      ["words", "attention"],
    ];
    const { status, code, message } = await refusal(fields, wordless);
    expect([status, code]).toEqual([400, "words_not_supported"]);
    expect(message).toContain("this model has no heads");
  });

  test("a recording that is none, by the client's name for it", async () => {
    const failure = new AsrError("input", "talk.wav: is text, not audio", "send sound");
    const { status, code, param } = await refusal([["text", text]], {
      script: { chunks: [failure] },
    });
    expect([status, code, param]).toEqual([400, "invalid_audio", "file"]);
  });

  test("more than the server has room for, before the recording is sent", async () => {
    const server = scriptedServer([alignments]);
    server.models.refusal = new Problem(503, "all places are taken", { code: "queue_full" });
    const form = transcriptionForm([["text", text]]);
    const response = await post(server.app, form, { path: "/audio/alignments" });
    expect([response.status, (await errorOf(response)).code]).toEqual([503, "queue_full"]);
  });
});

test("a client that leaves ends the work", async () => {
  const reached = Promise.withResolvers<void>();
  const leave = new AbortController();
  const before = async (chunk: number) => {
    if (chunk === 0) return;
    reached.resolve();
    await new Promise(() => undefined);
  };
  const answer = sent([["text", text]], { script: { ...script, before } }, leave.signal);
  await reached.promise;
  leave.abort();
  const { server, response } = await answer;
  expect(response.status).toBe(499);
  expect([server.models.lent, server.recognizer.atOnce, server.faults]).toEqual([0, 0, []]);
});
