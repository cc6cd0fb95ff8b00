import { describe, expect, test } from "bun:test";
import { AsrError } from "../../contract/errors.ts";
import type { StreamEvent } from "../../contract/events.ts";
import { type Script, ScriptedRecognizer } from "../../testing/recognizer.ts";
import { errorOf, scriptedServer } from "../../testing/server.ts";
import {
  type FormFields,
  post,
  transcriptionForm,
  wireEvents,
} from "../../testing/transcription-request.ts";
import { until } from "../../testing/until.ts";
import { ModelPool } from "../models/pool.ts";
import { defaultLimits } from "../service/settings.ts";
import { heardInTurn } from "./in-turn.ts";
import { readRequest } from "./request.ts";
import { streamedAnswer } from "./streamed.ts";
import { transcriptions } from "./transcriptions.ts";

const talk: Script = { chunks: ["Turn on the light. Is it on?", "是。", "Grüße 👋🏽 an alle."] };
const text = "Turn on the light. Is it on? 是。Grüße 👋🏽 an alle.";

/** The events of a streamed answer. */
async function events(fields: FormFields = [], script = talk) {
  const server = scriptedServer([transcriptions], { script });
  const form = transcriptionForm([["stream", "true"], ...fields]);
  const response = await post(server.app, form);
  expect(response.status).toBe(200);
  expect(response.headers.get("x-bun-asr-model")).toBe("demo");
  const told = wireEvents(await response.text());
  await until(() => server.models.lent === 0);
  return { server, told, names: told.map(({ name }) => name) };
}

const usage = {
  type: "tokens",
  input_tokens: 10,
  output_tokens: 3,
  total_tokens: 13,
  input_token_details: { audio_tokens: 7, text_tokens: 3 },
};

const done = {
  type: "transcript.text.done",
  text,
  language: "english",
  duration: 30,
  languages: [{ code: "en" }],
  usage,
  bun_asr: { model: "demo", truncated: false, finish_reason: "eos" },
};

const [delta, segment] = ["transcript.text.delta", "transcript.text.segment"];

function segmentOf(id: number, start: number, end: number, said: string) {
  const own = { start, end, text: said };
  return {
    name: segment,
    data: { type: segment, id: `seg_${id}`, ...own, speaker: "", segment: { id, ...own } },
  };
}

describe("a streamed answer", () => {
  test("tells what is settled, then the whole, then the end", async () => {
    const { told, server } = await events();
    expect(told).toEqual([
      { name: delta, data: { type: delta, delta: "Turn on the light. Is it on?" } },
      segmentOf(0, 0.5, 6.8, "Turn on the light."),
      segmentOf(1, 6.8, 9.5, "Is it on?"),
      { name: delta, data: { type: delta, delta: " 是。" } },
      segmentOf(2, 10.5, 19.5, "是。"),
      { name: delta, data: { type: delta, delta: "Grüße 👋🏽 an alle." } },
      segmentOf(3, 20.5, 29.5, "Grüße 👋🏽 an alle."),
      { name: "transcript.text.done", data: done },
      { name: "", data: "[DONE]" },
    ]);
    expect(server.metrics.transcripts.length).toBe(1);
  });

  test.each(["json", "text", "verbose_json"])(
    "has deltas that are its text, byte for byte: %s",
    async (format) => {
      const { told, names } = await events([["response_format", format]]);
      const deltas = told.flatMap(({ data }) => (Object(data).delta as string | undefined) ?? []);
      expect(deltas.join("")).toBe(text);
      expect(names.filter((name) => name === "transcript.text.done").length).toBe(1);
      const { segments } = Object(told.at(-2)!.data);
      expect(segments?.length).toBe(format === "verbose_json" ? 4 : undefined);
    },
  );

  test("has the tokens and the segments that are asked for", async () => {
    const { told } = await events([
      ["include[]", "logprobs"],
      ["timestamp_granularities[]", "segment"],
    ]);
    const all = ["Turn on the light. Is it on?", "是。", "Grüße 👋🏽 an alle."].map((token) => ({
      token,
      bytes: [...Buffer.from(token)],
      logprob: -0.1,
    }));
    const deltas = told.filter(({ name }) => name === delta);
    expect(deltas.map(({ data }) => Object(data).logprobs)).toEqual(all.map((token) => [token]));
    expect(told.at(-2)!.data).toMatchObject({
      logprobs: all,
      segments: [{ id: 0, seek: 0 }, {}, {}, {}],
    });
  });

  test("of silence has no deltas, and is no error", async () => {
    const { told, names } = await events([], { chunks: [""] });
    expect(names).toEqual(["transcript.text.done", ""]);
    expect(told[0]!.data).toMatchObject({ text: "", languages: [{ code: "en" }] });
  });

  test("says in its last event what is not whole", async () => {
    const { told } = await events([], { chunks: ["One."], finishReason: "length" });
    const account = { model: "demo", truncated: true, finish_reason: "length" };
    expect(told.at(-2)!.data).toMatchObject({ bun_asr: account });
  });

  test("ends with the part that could be read, and says so", async () => {
    const failure = new AsrError("input", "damaged");
    const { told, names } = await events([], { chunks: ["One.", failure] });
    expect(names).toEqual([delta, segment, "transcript.text.done", ""]);
    const account = { truncated: true, warnings: ["damaged"] };
    expect(told.at(-2)!.data).toMatchObject({ text: "One.", bun_asr: account });
  });
});

describe("what goes wrong", () => {
  test("before anything is told has its own status", async () => {
    const failure = new AsrError("input", "no sound");
    const server = scriptedServer([transcriptions], { script: { chunks: [failure] } });
    const response = await post(server.app, transcriptionForm([["stream", "true"]]));
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({ message: "no sound", code: "invalid_audio" });
    expect(server.models.lent).toBe(0);
  });

  test("later is an event on which OpenAI's clients throw, without an end behind it", async () => {
    const failure = new AsrError("native", "the library broke");
    const { told } = await events([], { chunks: ["One.", failure] });
    expect(told.slice(0, 1)).toEqual([{ name: delta, data: { type: delta, delta: "One." } }]);
    const error = {
      message: "the library broke",
      type: "server_error",
      param: null,
      code: "native",
    };
    expect(told.at(-1)).toEqual({ name: "error", data: { error } });
  });
});

describe("an answer begins after a while, though there is nothing to tell yet", () => {
  /** Answers with events, and has little patience. */
  async function begun(events: AsyncGenerator<StreamEvent, void>) {
    let isGivenBack = false;
    const work = new AsyncDisposableStack();
    work.defer(() => {
      isGivenBack = true;
    });
    const leave = new AbortController();
    const response = await streamedAnswer(
      events,
      readRequest(new Map(), { limits: defaultLimits, words: "auto" }),
      {
        model: "demo",
        limits: defaultLimits,
        leave,
        signal: leave.signal,
        report: () => undefined,
        onTranscript: () => undefined,
        maxSilentMs: 10,
      },
      work,
    );
    expect([response.status, isGivenBack]).toEqual([200, false]);
    return { response, isGivenBack: () => isGivenBack };
  }

  test("as while a recording is read that fails", async () => {
    const failing = Promise.withResolvers<void>();
    const chunks = [new AsrError("input", "no sound")];
    const recognizer = new ScriptedRecognizer({ "*": { chunks, before: () => failing.promise } });
    const { response, isGivenBack } = await begun(recognizer.stream("talk.wav", {}));
    failing.resolve();
    const [told, ...more] = wireEvents(await response.text());
    expect(told).toMatchObject({ name: "error", data: { error: { message: "no sound" } } });
    expect(more).toEqual([]);
    await until(isGivenBack);
  });

  test("as while others use the model", async () => {
    const pool = new ModelPool({
      models: ["demo"],
      opener: async () => ({ bytes: 1, open: async () => new ScriptedRecognizer({ "*": talk }) }),
      batch: 1,
    });
    const { signal } = new AbortController();
    const other = await pool.borrow("demo", signal);
    const asked = readRequest(new Map(), { limits: defaultLimits, words: "auto" });
    const file = { path: "talk.wav", name: "file", size: 1 };
    const context = { models: pool, limits: defaultLimits };
    const { response } = await begun(heardInTurn(file, asked, context, signal));
    expect(pool.status()[0]).toMatchObject({ running: 1, waiting: 1 });
    other[Symbol.dispose]();
    expect(wireEvents(await response.text()).at(-1)).toEqual({ name: "", data: "[DONE]" });
    await until(() => pool.status()[0]!.running === 0);
    await pool.close();
  });
});

describe("a client that leaves", () => {
  /** A server that is in the middle of its second chunk, and waits. */
  function busy() {
    const reached = Promise.withResolvers<void>();
    const before = async (chunk: number) => {
      if (chunk < 1) return;
      reached.resolve();
      await new Promise(() => undefined);
    };
    const script = { chunks: ["One.", "Two.", "Three."], before };
    const server = scriptedServer([transcriptions], { script });
    const isFree = () => server.models.lent === 0 && server.recognizer.atOnce === 0;
    return { server, reached: reached.promise, isFree };
  }

  test.each(["false", "true"])("frees its work, by its signal; stream: %s", async (stream) => {
    const { server, reached, isFree } = busy();
    const leave = new AbortController();
    const form = transcriptionForm([["stream", stream]]);
    const answer = post(server.app, form, { signal: leave.signal });
    await reached;
    leave.abort();
    await until(isFree, 1);
    const response = await answer;
    if (stream === "true") expect(wireEvents(await response.text())[0]!.name).toBe(delta);
    else expect(response.status).toBe(499);
    expect(server.faults).toEqual([]);
  });

  test("frees its work when it lets the answer go", async () => {
    const { server, reached, isFree } = busy();
    const response = await post(server.app, transcriptionForm([["stream", "true"]]));
    const reader = response.body!.getReader();
    await reader.read();
    await reached;
    expect(isFree()).toBe(false);
    await reader.cancel();
    await until(isFree, 1);
  });

  test("is not waited for by a server that ends", async () => {
    const { server, reached, isFree } = busy();
    const response = await post(server.app, transcriptionForm([["stream", "true"]]));
    await reached;
    server.close.abort(new AsrError("aborted", "the server ends"));
    const told = wireEvents(await response.text());
    expect(told.at(-1)!.name).toBe("error");
    await until(isFree, 1);
  });
});
