import { describe, expect, test } from "bun:test";
import { AsrError } from "../../contract/errors.ts";
import type { HearingRecognizer } from "../../testing/hearing-recognizer.ts";
import { until } from "../../testing/until.ts";
import { type WyomingTestClient, wyomingServer } from "../../testing/wyoming.ts";
import { Problem } from "../http/problem.ts";

const format = { rate: 16_000, width: 2, channels: 1 };

/** Types of events, and what errors say. */
const told = (events: readonly ({ type: string; data: object } | undefined)[]) =>
  events.map((event) => (event?.type === "error" ? event.data : event?.type));

describe("audio", () => {
  test("goes to the model with what was asked for it", async () => {
    using server = wyomingServer();
    const { client, recognizer, models, metrics } = server;
    using wyoming = await client();
    const names = ["Ada", "💡", "x".repeat(65), "Grace Hopper"];
    wyoming.send("transcribe", {
      name: "demo",
      language: "de-DE",
      transcript_names: names,
      transcript_terms: ["12:30", ...Array(200).fill("term")],
      context: { whatever: 1 },
      vad_sensitivity: null,
    });
    wyoming.send("audio-start", { ...format, timestamp: 0 });
    wyoming.send("audio-chunk", format, "some ");
    wyoming.send("unknown", {}, "with a payload");
    wyoming.send("audio-chunk", {}, "audio");
    wyoming.send("audio-stop", { timestamp: null });
    expect(await wyoming.next()).toEqual({ type: "transcript-start", data: { language: "de" } });
    expect(await wyoming.next()).toEqual({ type: "transcript-chunk", data: { text: "10 bytes" } });
    const transcript = { text: "10 bytes", language: "de" };
    expect(await wyoming.next()).toEqual({ type: "transcript", data: transcript });
    expect(await wyoming.next()).toEqual({ type: "transcript-stop", data: {} });
    const [{ bytes, layout, options }] = recognizer.heard as [HearingRecognizer["heard"][0]];
    expect(bytes.toString()).toBe("some audio");
    expect(layout).toEqual({ sampleRate: 16_000, channels: 1, encoding: "s16le" });
    expect(options).toMatchObject({ live: false, language: "German", maxSeconds: 4 * 3600 });
    const [ada, grace, term, ...others] = options.keywords!;
    expect([ada, grace]).toEqual([{ word: "Ada" }, { word: "Grace Hopper" }]);
    expect(term).toEqual({ word: "12:30", weight: 1.5 });
    expect(others).toHaveLength(97);
    await until(() => metrics.answers.length > 0);
    expect(models.lent).toBe(0);
    expect(metrics.transcripts).toMatchObject([
      { model: "demo", transcript: { text: "10 bytes" } },
    ]);
    expect(metrics.answers).toMatchObject([{ path: "wyoming", status: 200 }]);
  });

  test("without a start, with nothing in it, and of one recording after the other", async () => {
    using server = wyomingServer();
    const { client, recognizer } = server;
    using wyoming = await client();
    wyoming.send("transcribe", { language: "fr" });
    wyoming.send("audio-chunk", { ...format, width: 1 }, "abc");
    wyoming.send("audio-stop");
    wyoming.send("audio-start", format);
    wyoming.send("audio-chunk", format);
    wyoming.send("audio-stop");
    const events = [];
    for (let i = 0; i < 7; i++) events.push(await wyoming.next());
    const [start, stop] = ["transcript-start", "transcript-stop"];
    const [spoken, silent] = [
      [start, "transcript-chunk", "transcript", stop],
      [start, "transcript", stop],
    ];
    expect(told(events)).toEqual([...spoken, ...silent]);
    expect(events[2]?.data).toEqual({ text: "6 bytes", language: "de" });
    expect(events[5]?.data).toEqual({ text: "" });
    // What was asked for holds once.
    wyoming.send("audio-chunk", format, "ab");
    wyoming.send("audio-stop");
    await until(() => recognizer.heard.length === 2);
    expect(recognizer.heard.map(({ options }) => options.language)).toEqual(["French", undefined]);
  });

  test("is heard to its end where it could not be foreseen", async () => {
    using server = wyomingServer();
    using wyoming = await server.client();
    const samples = Int16Array.from({ length: 40_000 }, (_, at) =>
      at < 24_000 ? 9000 * Math.sin(at / 5) * Math.sin(at / 2000) : at % 3,
    );
    wyoming.send("audio-chunk", format, new Uint8Array(samples.buffer));
    wyoming.send("audio-stop");
    await wyoming.next();
    // What hears the pause takes streams alone.
    expect(server.recognizer.refused).toBe(1);
    expect((await wyoming.next())?.data).toEqual({ text: "80000 bytes" });
  });

  test("waits on its way when the model does", async () => {
    using server = wyomingServer();
    const { client, recognizer } = server;
    const gate = Promise.withResolvers<void>();
    recognizer.gates.read = gate.promise;
    using wyoming = await client();
    const chunks = Array.from({ length: 32 }, (_, index) => Buffer.alloc(1 << 20, index));
    wyoming.send("audio-start", format);
    for (const chunk of chunks) wyoming.send("audio-chunk", format, chunk);
    wyoming.send("audio-stop");
    await until(() => recognizer.running === 1);
    await Bun.sleep(100);
    expect(wyoming.isWritten).toBe(false);
    gate.resolve();
    await wyoming.next();
    expect(recognizer.heard[0]!.bytes).toEqual(Buffer.concat(chunks));
  });

  test("waits on its way, too, where it is of many utterances", async () => {
    using server = wyomingServer();
    const gate = Promise.withResolvers<void>();
    server.recognizer.gates.say = gate.promise;
    using wyoming = await server.client();
    const count = 64;
    for (let i = 0; i < count; i++) {
      wyoming.send("audio-chunk", { ...format, rate: 8000 }, Buffer.alloc(500_000));
      wyoming.send("audio-stop");
    }
    await until(() => server.recognizer.running === 1);
    await Bun.sleep(300);
    expect(wyoming.isWritten).toBe(false);
    gate.resolve();
    const texts = [];
    while (texts.length < count) {
      const event = await wyoming.next();
      if (event?.type === "transcript") texts.push(event.data["text"]);
    }
    expect(texts).toEqual(Array(count).fill("500000 bytes"));
  });
});

describe("an error is told, and ends the connection:", () => {
  type Send = (client: WyomingTestClient) => void;
  test.each<[why: string, code: string, send: Send]>([
    ["is no JSON", "invalid_event", (c) => c.write("GET / HTTP/1.1\r\n\r\n")],
    ["longer than", "event_too_long", (c) => c.send("x", {}, "", { data_length: 1e9 })],
    ["longer than 1000", "event_too_long", (c) => c.send("x", {}, "", { payload_length: 1001 })],
    ["Hebrew", "invalid_value", (c) => c.send("transcribe", { language: "he" })],
    ["language is no text", "invalid_value", (c) => c.send("transcribe", { language: 1 })],
    ["transcript_names", "invalid_value", (c) => c.send("transcribe", { transcript_names: "a" })],
    ["rate of the audio", "invalid_format", (c) => c.send("audio-start", { width: 2 })],
    ["samples of 8", "invalid_format", (c) => c.send("audio-start", { ...format, width: 8 })],
    ["before audio-start", "out_of_order", (c) => c.send("audio-stop")],
    [
      "before audio-stop",
      "out_of_order",
      (c) => {
        c.send("audio-start", format);
        c.send("audio-start", format);
      },
    ],
    [
      "format of the audio changed",
      "invalid_format",
      (c) => {
        c.send("audio-start", format);
        c.send("audio-chunk", { ...format, rate: 8000 }, "ab");
      },
    ],
    [
      "more audio than 1000 bytes",
      "audio_too_large",
      (c) => {
        for (let i = 0; i < 3; i++) c.send("audio-chunk", format, "x".repeat(400));
      },
    ],
  ])("%s", async (why, code, send) => {
    using server = wyomingServer({ limits: { maxUploadBytes: 1000 } });
    const { client, models, listener } = server;
    using wyoming = await client();
    send(wyoming);
    // The client goes on; nothing of it is heard.
    wyoming.send("describe");
    const text = expect.stringContaining(why);
    expect(told(await wyoming.rest())).toEqual([{ text, code }]);
    wyoming[Symbol.dispose]();
    await until(() => !listener.isBusy);
    expect(models.lent).toBe(0);
  });

  test("of a model, and to a client that is still sending", async () => {
    using server = wyomingServer();
    const { client, recognizer, models } = server;
    using wyoming = await client();
    recognizer.failure = new AsrError("input", "audio stream: is broken");
    wyoming.send("audio-chunk", format, "ab");
    wyoming.send("audio-stop");
    for (let i = 0; i < 16; i++) wyoming.send("audio-chunk", format, Buffer.alloc(1 << 20));
    const text = "audio stream: is broken";
    expect(told(await wyoming.rest())).toEqual([{ text, code: "invalid_audio" }]);
    await until(() => wyoming.isWritten);

    using second = await client();
    recognizer.failure = new TypeError("x is not a function");
    second.send("audio-chunk", format, "ab");
    second.send("audio-stop");
    expect(told(await second.rest())).toMatchObject([{ code: "server_error" }]);

    models.borrow = async () => {
      throw new Problem(503, "16 requests wait already", { code: "queue_full" });
    };
    using third = await client();
    third.send("audio-chunk", format, "ab");
    expect(told(await third.rest())).toMatchObject([{ code: "queue_full" }]);
  });
});
