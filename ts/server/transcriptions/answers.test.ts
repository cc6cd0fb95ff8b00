import { describe, expect, test } from "bun:test";
import { AsrError } from "../../contract/errors.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { render } from "../../output/formats.ts";
import type { Script } from "../../testing/recognizer.ts";
import { scriptedServer } from "../../testing/server.ts";
import { type FormFields, post, transcriptionForm } from "../../testing/transcription-request.ts";
import { transcriptions } from "./transcriptions.ts";

/** Two chunks of ten seconds. */
const talk: Script = { chunks: ["Turn on the light. Is it on?", "Yes."] };
const text = "Turn on the light. Is it on? Yes.";

/** Sends a recording with these fields to a server that hears what the script says. */
async function answer(fields: FormFields, script = talk) {
  const server = scriptedServer([transcriptions], { script });
  const response = await post(server.app, transcriptionForm(fields));
  const body = await response.text();
  expect(server.models.lent).toBe(0);
  const header = (name: string) => response.headers.get(name);
  return { status: response.status, header, body, server };
}

async function json(fields: FormFields, script?: Script) {
  const { status, header, body } = await answer(fields, script);
  expect([status, header("content-type")]).toEqual([200, "application/json;charset=utf-8"]);
  return JSON.parse(body);
}

const account = { model: "demo", truncated: false, finish_reason: "eos" };

/** As Whisper tells segments: ten fields, none of them null. */
const segments = [
  [0, 0, 0.5, 6.8, "Turn on the light.", 28 / 36],
  [1, 0, 6.8, 9.5, "Is it on?", 28 / 36],
  [2, 1000, 10.5, 19.5, "Yes.", 4 / 12],
].map(([id, seek, start, end, said, ratio]) => ({
  id,
  seek,
  start,
  end,
  text: said,
  tokens: [],
  temperature: 0,
  avg_logprob: -0.1,
  compression_ratio: ratio,
  no_speech_prob: 0,
}));

const plain = {
  text,
  language: "english",
  duration: 20,
  languages: [{ code: "en" }],
  usage: {
    type: "tokens",
    input_tokens: 10,
    output_tokens: 2,
    total_tokens: 12,
    input_token_details: { audio_tokens: 7, text_tokens: 3 },
  },
  bun_asr: account,
};

describe("json", () => {
  test("is the answer where nothing is said of it", async () => {
    expect(await json([])).toEqual(plain);
    expect(await json([["response_format", "json"]])).toEqual(plain);
  });

  test("is the answer where what is left out is sent as an empty text", async () => {
    const names = ["response_format", "language", "prompt", "stream", "temperature", "include[]"];
    expect(await json(names.map((name) => [name, ""]))).toEqual(plain);
  });

  test("has segments where granularities are asked for, in either spelling", async () => {
    for (const name of ["timestamp_granularities[]", "timestamp_granularities"]) {
      expect(await json([[name, "segment"]])).toEqual({ ...plain, segments });
    }
  });

  test("has the tokens where they are asked for", async () => {
    const script = { chunks: ["Grüße.", "好"] };
    expect(await json([["include[]", "logprobs"]], script)).toMatchObject({
      text: "Grüße. 好",
      logprobs: [
        { token: "Grüße.", bytes: [71, 114, 195, 188, 195, 159, 101, 46], logprob: -0.1 },
        { token: "好", bytes: [229, 165, 189], logprob: -0.1 },
      ],
    });
  });
});

describe("verbose_json", () => {
  const verbose = { ...plain, task: "transcribe", segments };

  test("has what Whisper's answers have", async () => {
    const usage = { type: "duration", seconds: 20 };
    expect(await json([["response_format", "verbose_json"]])).toEqual({ ...verbose, usage });
  });

  test("tells the temperature of a segment", async () => {
    const { segments: told } = await json([
      ["response_format", "verbose_json"],
      ["temperature", "0.2"],
    ]);
    expect(told).toEqual(segments.map((segment) => ({ ...segment, temperature: 0.2 })));
  });

  test("names the language that is spoken longest", async () => {
    const spoken = (language: string, start: number, end: number) => ({
      ...{ id: 0, start, end, text: "…", language },
      ...{ estimated: true, avgLogprob: -0.1, lowConfidence: false },
    });
    const more: Partial<Transcript> = {
      language: "Chinese,Cantonese",
      segments: [spoken("Chinese", 0, 2), spoken("Cantonese", 2, 9), spoken("Chinese", 9, 11)],
    };
    const fields: FormFields = [["response_format", "verbose_json"]];
    expect(await json(fields, { chunks: ["…"], more })).toMatchObject({
      language: "cantonese",
      languages: [{ code: "zh" }, { code: "yue" }],
    });
  });
});

describe("text and subtitles", () => {
  test("are the text, and what the command line writes", async () => {
    const { server, body, header } = await answer([["response_format", "text"]]);
    const [{ transcript } = {}] = server.metrics.transcripts;
    expect(body).toBe(`${text}\n`);
    expect(header("content-type")).toBe("text/plain; charset=utf-8");
    for (const format of ["srt", "vtt"] as const) {
      const subtitles = await answer([["response_format", format]]);
      expect(subtitles.body).toBe(render(format, transcript!, { path: "talk.wav" }));
      expect(subtitles.body).toContain("00:00:06");
      const type = format === "srt" ? "text/plain" : "text/vtt";
      expect(subtitles.header("content-type")).toBe(`${type}; charset=utf-8`);
    }
  });

  test("do not come as events, and say so", async () => {
    const { body, header } = await answer([
      ["response_format", "srt"],
      ["stream", "true"],
    ]);
    expect(body).toStartWith("1\n00:00:00,500 --> ");
    expect(header("x-bun-asr-notes")).toBe("srt does not come as events: stream is ignored");
  });
});

describe("silence", () => {
  const silent: Script = { chunks: [""], more: { language: "", segments: [] } };

  test.each([
    ["json", ""],
    ["verbose_json", ""],
    ["text", "\n"],
    ["srt", ""],
    ["vtt", "WEBVTT\n"],
  ])("is no error: %s", async (format, expected) => {
    const { status, body } = await answer([["response_format", format]], silent);
    expect(status).toBe(200);
    expect(format.endsWith("json") ? JSON.parse(body).text : body).toBe(expected);
    if (format === "json") expect(JSON.parse(body)).toMatchObject({ languages: [], language: "" });
    if (format === "verbose_json") expect(JSON.parse(body)).toMatchObject({ segments: [] });
  });

  test("is in the language that was asked for", async () => {
    expect((await json([["language", "de"]], silent)).language).toBe("german");
  });
});

describe("what is not whole", () => {
  const cut: Script = {
    chunks: ["Half."],
    finishReason: "loop",
    more: { warnings: ["ends at 3 s of 9 – damaged"], notes: ["100 % noted"] },
  };
  const told = {
    model: "demo",
    truncated: true,
    finish_reason: "loop",
    warnings: ["ends at 3 s of 9 – damaged"],
    notes: ["100 % noted"],
  };

  test("is said in JSON", async () => {
    expect((await json([], cut)).bun_asr).toEqual(told);
    expect((await json([["response_format", "verbose_json"]], cut)).bun_asr).toEqual(told);
  });

  test("is said in headers where there is no JSON", async () => {
    const { header } = await answer([["response_format", "vtt"]], cut);
    expect(header("x-bun-asr-truncated")).toBe("true");
    expect(header("x-bun-asr-finish-reason")).toBe("loop");
    expect(header("x-bun-asr-warnings")).toBe("ends at 3 s of 9 %E2%80%93 damaged");
    expect(header("x-bun-asr-notes")).toBe("100 %25 noted");
    const { header: other } = await answer([["response_format", "text"]]);
    expect([other("x-bun-asr-truncated"), other("x-bun-asr-warnings")]).toEqual(["false", null]);
  });

  test("headers stay short, and never end within a character", async () => {
    for (const warning of ["–".repeat(2000), `a${"–".repeat(2000)}`, "x".repeat(2000)]) {
      const script = { chunks: ["Half."], more: { warnings: [warning] } };
      const { header } = await answer([["response_format", "text"]], script);
      const written = header("x-bun-asr-warnings")!;
      expect(written.length).toBeLessThanOrEqual(1000);
      expect(warning).toStartWith(decodeURIComponent(written));
    }
  });

  test("is the part that could be read", async () => {
    const failure = new AsrError("input", "talk.wav: cannot be read behind 10 s", "repair it");
    const body = await json([], { chunks: ["Turn on the light.", failure] });
    expect(body.text).toBe("Turn on the light.");
    expect(body.bun_asr).toMatchObject({ truncated: true, warnings: [failure.message] });
  });

  test("is an error where nothing could be read", async () => {
    const failure = new AsrError("input", "nothing", "send sound");
    const { status, body } = await answer([], { chunks: [failure] });
    expect(status).toBe(400);
    const message = "nothing; send sound";
    const type = "invalid_request_error";
    const error = { message, type, param: "file", code: "invalid_audio" };
    expect(JSON.parse(body)).toEqual({ error });
  });

  test("is an error where a recording is longer than is allowed", async () => {
    const failure = new AsrError("input", "is longer than 9 s", "…", { reason: "too long" });
    const { status, body } = await answer([], { chunks: ["Turn on the light.", failure] });
    expect([status, JSON.parse(body).error.code]).toEqual([413, "audio_too_long"]);
  });
});

test("every answer says which model made it, whatever was asked for", async () => {
  for (const model of ["whisper-1", "gpt-transcribe", "demo", "no/such model", ""]) {
    for (const format of ["json", "text", "srt", "verbose_json"]) {
      const fields: FormFields = [
        ["model", model],
        ["response_format", format],
      ];
      expect((await answer(fields)).header("x-bun-asr-model")).toBe("demo");
    }
  }
});

test("what is asked for reaches the recognizer", async () => {
  const { server } = await answer([
    ["language", "pt-BR"],
    ["prompt", "  On trains."],
    ["keywords[]", "Ada"],
    ["keywords[]", "12:30"],
    ["temperature", " 0.5 "],
    ["include[]", "logprobs"],
    ["chunking_strategy", '{"type": "server_vad", "silence_duration_ms": 700}'],
    ["known_speaker_names[]", "agent"],
    ["user", "whoever"],
  ]);
  const { signal, ...options } = server.recognizer.options;
  expect(signal).toBeInstanceOf(AbortSignal);
  expect(options).toEqual({
    language: "Portuguese",
    languages: undefined,
    prompt: "  On trains.",
    keywords: [{ word: "Ada" }, { word: "12:30" }],
    temperature: 0.5,
    logprobs: true,
    vad: true,
    pauseSeconds: 0.7,
    maxSeconds: 14_400,
    live: false,
  });
  const several = await answer(["en,de", "fr"].map((each) => ["languages", each]));
  expect(several.server.recognizer.options).toMatchObject({
    languages: ["English", "German", "French"],
  });
});
