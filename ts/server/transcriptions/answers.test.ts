import { describe, expect, test } from "bun:test";
import { render } from "../../output/formats.ts";
import type { Script } from "../../testing/recognizer.ts";
import { scriptedServer } from "../../testing/server.ts";
import { transcriptions } from "./transcriptions.ts";

type FormFields = readonly (readonly [string, string])[];

/** Two chunks of ten seconds. */
const talk: Script = { chunks: ["Turn on the light. Is it on?", "Yes."] };

/** Sends a recording with these fields to a server that hears what the script says. */
async function post(fields: FormFields, script = talk) {
  const server = scriptedServer([transcriptions], { script });
  const body = new FormData();
  for (const [name, text] of fields) body.append(name, text);
  body.append("file", new Blob(["some sound"]), "talk.wav");
  const request = new Request("http://127.0.0.1/v1/audio/transcriptions", { method: "POST", body });
  const response = (await server.app.fetch(request))!;
  const text = await response.text();
  expect(server.models.lent).toBe(0);
  return { response, text, server };
}

const json = async (fields: FormFields, script?: Script) =>
  JSON.parse((await post(fields, script)).text);

const account = { model: "demo", truncated: false, finish_reason: "eos" };
const segments = [
  [0, 0, 0.5, 6.8, "Turn on the light."],
  [1, 0, 6.8, 9.5, "Is it on?"],
  [2, 1000, 10.5, 19.5, "Yes."],
].map(([id, seek, start, end, text]) => ({
  id,
  seek,
  start,
  end,
  text,
  tokens: [],
  temperature: 0,
  avg_logprob: -0.1,
  compression_ratio: id === 2 ? 4 / 12 : 28 / 36,
  no_speech_prob: 0,
}));
const text = "Turn on the light. Is it on? Yes.";

describe("an answer", () => {
  test("is json where nothing is said of it", async () => {
    const expected = {
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
    expect(await json([])).toEqual(expected);
    expect(await json([["response_format", "json"]])).toEqual(expected);
    // Clients send an empty text for what they leave out.
    expect(await json(["response_format", "language", "stream"].map((name) => [name, ""]))).toEqual(
      expected,
    );
  });

  test("is verbose_json", async () => {
    expect(await json([["response_format", "verbose_json"]])).toEqual({
      task: "transcribe",
      text,
      language: "english",
      duration: 20,
      languages: [{ code: "en" }],
      segments,
      usage: { type: "duration", seconds: 20 },
      bun_asr: account,
    });
  });
});

describe("text and subtitles", () => {
  test("are what the command line writes", async () => {
    const { server, ...plain } = await post([["response_format", "text"]]);
    const [{ transcript } = {}] = server.metrics.transcripts;
    expect(plain.text).toBe(`${text}\n`);
    expect(plain.response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    for (const format of ["srt", "vtt"] as const) {
      const answer = await post([["response_format", format]]);
      expect(answer.text).toBe(render(format, transcript!, { path: "talk.wav" }));
      expect(answer.text).toContain("00:00:06");
      const type = format === "srt" ? "text/plain" : "text/vtt";
      expect(answer.response.headers.get("content-type")).toBe(`${type}; charset=utf-8`);
    }
  });
});
