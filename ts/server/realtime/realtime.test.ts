import { describe, expect, test } from "bun:test";
import { AsrError } from "../../contract/errors.ts";
import { CountingRecognizer } from "../../testing/counting-recognizer.ts";
import { manualClient, RealtimeClient, socketServer } from "../../testing/realtime-client.ts";
import type { ServerScript } from "../../testing/server.ts";
import { Problem } from "../http/problem.ts";
import { realtimeRoute } from "./realtime.ts";

const ofItem = "conversation.item.input_audio_transcription";
const path = "/v1/realtime?intent=transcription";

/** 16-bit samples of a ramp, so many seconds of 16 kHz. */
function ramp(seconds: number, rate = 16_000): Uint8Array<ArrayBuffer> {
  const samples = Int16Array.from({ length: seconds * rate }, (_, index) => (index % 2000) - 1000);
  return new Uint8Array(samples.buffer);
}

/** A server that counts seconds. */
function counting(script: ServerScript = {}) {
  const recognizer = new CountingRecognizer();
  return {
    recognizer,
    server: socketServer([realtimeRoute()], { ...script, hearing: recognizer }),
  };
}

describe("a session", () => {
  test("is begun by the server, which tells what holds", async () => {
    await using server = counting().server;
    using client = new RealtimeClient(server.address + path);
    expect(await client.next("session.created")).toMatchObject({
      event_id: expect.stringMatching(/^event_\w+$/),
      session: {
        id: expect.stringMatching(/^sess_\w+$/),
        object: "realtime.transcription_session",
        type: "transcription",
        expires_at: expect.any(Number),
        audio: {
          input: {
            format: { type: "audio/pcm", rate: 24_000 },
            noise_reduction: null,
            transcription: { model: "demo" },
            turn_detection: { type: "server_vad", threshold: 0.5 },
          },
        },
        include: null,
      },
    });
  });

  test("has its model opened before anybody speaks, and holds none", async () => {
    await using server = counting().server;
    const { borrow } = server.models;
    const borrowed: unknown[] = [];
    server.models.borrow = async (...given) => {
      borrowed.push(given[0]);
      return await borrow.apply(server.models, given);
    };
    using client = new RealtimeClient(`${server.address}/v1/realtime?model=demo`);
    await client.next("session.created");
    expect(borrowed).toEqual(["demo"]);
    await Bun.sleep(0);
    expect(server.models.lent).toBe(0);
  });

  test.each(["/realtime", "/v1/realtime", "/v1/realtime?model=demo", "/v1/v1/realtime/"])(
    "is found at %s",
    async (at) => {
      await using server = counting().server;
      using client = new RealtimeClient(server.address + at);
      await client.next("session.created");
    },
  );

  test("is told apart from speech to speech, and from plain requests", async () => {
    await using server = counting().server;
    const ask = async (query: string, headers: Record<string, string>) =>
      await fetch(`${server.address.replace("ws", "http")}/v1/realtime${query}`, { headers });
    expect((await ask("", {})).status).toBe(426);
    const headers = {
      upgrade: "websocket",
      connection: "Upgrade",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      "sec-websocket-version": "13",
    };
    const response = await ask("?intent=conversation", headers);
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { param: "intent", code: "invalid_value" } },
    ]);
  });

  test("takes the names that browsers offer, and gives no key back", async () => {
    await using server = socketServer([realtimeRoute()], { access: { apiKeys: ["k"] } });
    const offered = ["realtime", "openai-insecure-api-key.k"];
    using client = new RealtimeClient(server.address + path, offered);
    await client.next("session.created");
    expect(client.protocol).toBe("realtime");
    using stranger = new RealtimeClient(server.address + path, ["realtime"]);
    expect((await stranger.end()).code).toBe(1006);
  });
});

test("clients of the form before are spoken to in it", async () => {
  await using server = counting().server;
  using client = new RealtimeClient(server.address + path, [], { "openai-beta": "realtime=v1" });
  expect(await client.next("transcription_session.created")).toMatchObject({
    session: { input_audio_format: "pcm16", turn_detection: { type: "server_vad" } },
  });
  const session = { input_audio_format: "g711_alaw", turn_detection: null };
  client.send({ type: "transcription_session.update", session });
  expect(await client.next("transcription_session.updated")).toMatchObject({ session });
  client.append(new Uint8Array(4000));
  client.commit();
  const { item_id } = await client.next("input_audio_buffer.committed");
  const created = await client.next("conversation.item.created");
  expect(created).toMatchObject({ previous_item_id: null, item: { id: item_id, role: "user" } });
  expect(await client.next(`${ofItem}.completed`)).toMatchObject({ item_id, transcript: "1" });
});

test("who waits no longer for somebody to speak is told of the silence", async () => {
  await using server = counting().server;
  const turn_detection = { type: "server_vad", idle_timeout_ms: 1000 };
  using client = await manualClient(server, { turn_detection });
  client.append(new Uint8Array(32_000 * 1.5));
  const { item_id, ...told } = await client.next("input_audio_buffer.timeout_triggered");
  expect(told).toMatchObject({ audio_start_ms: 0, audio_end_ms: 1000 });
  expect(await client.next("input_audio_buffer.committed")).toMatchObject({ item_id });
  expect(await client.next(`${ofItem}.completed`)).toMatchObject({ item_id, transcript: "1 2" });
  expect(client.events.some(({ type }) => type.includes("speech"))).toBe(false);
});

describe("a turn that its client ends", () => {
  test("is heard whole, and told while it is spoken", async () => {
    const { recognizer, server: made } = counting();
    await using server = made;
    using client = await manualClient(server, { transcription: { model: "x", language: "de" } });
    const sent = ramp(1.5);
    for (let at = 0; at < sent.length; at += 777) client.append(sent.subarray(at, at + 777));
    await client.next(`${ofItem}.delta`);
    await client.next(`${ofItem}.delta`);
    const delta = await client.next(`${ofItem}.delta`);
    expect(client.events.some(({ type }) => type.endsWith("committed"))).toBe(false);
    client.commit();
    const completed = await client.next(`${ofItem}.completed`);
    const types = client.events.map(({ type }) => type).slice(-4);
    expect(types).toEqual([
      "input_audio_buffer.committed",
      "conversation.item.added",
      "conversation.item.done",
      `${ofItem}.completed`,
    ]);
    expect(completed).toMatchObject({
      item_id: delta["item_id"],
      content_index: 0,
      transcript: "1 2 3",
      languages: [{ code: "de" }],
      usage: { type: "tokens", input_tokens: 10, output_tokens: 1, total_tokens: 11 },
    });
    expect(completed).not.toHaveProperty("logprobs");
    expect(completed["bun_asr"]).toMatchObject({ model: "demo", truncated: false });
    expect(client.said()).toBe("1 2 3");
    const [heard] = recognizer.streams;
    expect(Buffer.concat(heard!.blocks)).toEqual(Buffer.from(sent));
    expect(heard!.options).toMatchObject({ language: "de", live: true });
    expect(server.metrics.transcripts.map(({ model }) => model)).toEqual(["demo"]);
    expect(server.models.lent).toBe(0);
  });

  test("follows another, whose item it names", async () => {
    await using server = counting().server;
    using client = await manualClient(server);
    const items: unknown[] = [];
    for (let turn = 0; turn < 3; turn++) {
      client.append(ramp(0.5));
      client.commit();
      const committed = await client.next("input_audio_buffer.committed");
      expect(committed["previous_item_id"]).toBe(items.at(-1) ?? null);
      items.push(committed["item_id"]);
      const { item_id, transcript } = await client.next(`${ofItem}.completed`);
      expect([item_id, transcript]).toEqual([items.at(-1), "1"]);
    }
    expect(new Set(items).size).toBe(3);
  });

  test("is all there before it is heard when its client is fast, and is no live one", async () => {
    const { recognizer, server: made } = counting();
    await using server = made;
    using client = await manualClient(server, {
      transcription: { prompt: "p", keywords: ["Ada"] },
    });
    const held = Promise.withResolvers<void>();
    recognizer.before = (stream) => (stream === 0 ? held.promise : undefined);
    for (const seconds of [1, 2]) {
      client.append(ramp(seconds));
      client.commit();
      await client.next("input_audio_buffer.committed");
    }
    held.resolve();
    await client.next(`${ofItem}.completed`);
    expect(await client.next(`${ofItem}.completed`)).toMatchObject({ transcript: "1 2 3 4" });
    expect(recognizer.streams[1]!.options).toMatchObject({
      live: false,
      prompt: "p",
      keywords: ["Ada"],
    });
  });

  test("has log-probabilities and segments when they are asked for", async () => {
    await using server = counting().server;
    using client = await manualClient(server);
    const include = ["logprobs", "segments", "provisional"].map(
      (name) => `item.input_audio_transcription.${name}`,
    );
    await client.update({}, { include });
    client.append(ramp(1));
    expect(await client.next(`${ofItem}.provisional`)).toMatchObject({ text: "…" });
    client.commit();
    expect(await client.next(`${ofItem}.segment`)).toMatchObject({ text: "1 2", start: 0 });
    expect(await client.next(`${ofItem}.completed`)).toMatchObject({
      logprobs: [
        { token: "1", bytes: [49], logprob: -0.5 },
        { token: " 2", bytes: [32, 50], logprob: -0.5 },
      ],
    });
  });

  test("without transcription is committed, and that is all", async () => {
    const { recognizer, server: made } = counting();
    await using server = made;
    using client = await manualClient(server, { transcription: null });
    client.append(ramp(1));
    client.commit();
    await client.next("conversation.item.done");
    await client.update({ transcription: { model: "demo" } });
    client.append(ramp(1));
    client.commit();
    await client.next(`${ofItem}.completed`);
    expect(recognizer.streams.length).toBe(1);
  });

  test("may be thrown away", async () => {
    const { recognizer, server: made } = counting();
    await using server = made;
    using client = await manualClient(server);
    client.append(ramp(1));
    await client.next(`${ofItem}.delta`);
    client.send({ type: "input_audio_buffer.clear" });
    await client.next("input_audio_buffer.cleared");
    client.commit();
    const { error } = await client.next("error");
    expect(error).toMatchObject({ code: "input_audio_buffer_commit_empty" });
    client.append(ramp(0.5));
    client.commit();
    expect(await client.next(`${ofItem}.completed`)).toMatchObject({ transcript: "1" });
    expect(recognizer.streams.map(({ isEnded }) => isEnded)).toEqual([false, true]);
    expect(server.models.lent).toBe(0);
  });
});

describe("a turn that fails", () => {
  test("is told as such, and the next one is heard", async () => {
    const { recognizer, server: made } = counting();
    await using server = made;
    using client = await manualClient(server);
    const error = new AsrError("native", "it broke", "mend it");
    recognizer.failure = { after: 1, error };
    client.append(ramp(1));
    const failed = await client.next(`${ofItem}.failed`);
    expect(failed).toMatchObject({
      content_index: 0,
      error: { type: "server_error", code: "native", message: "it broke; mend it" },
    });
    client.append(ramp(1));
    client.commit();
    const committed = await client.next("input_audio_buffer.committed");
    expect(committed["item_id"]).toBe(failed["item_id"]);
    recognizer.failure = undefined;
    client.append(ramp(0.5));
    client.commit();
    expect(await client.next(`${ofItem}.completed`)).toMatchObject({ transcript: "1" });
  });

  test("may have found no model", async () => {
    await using server = counting().server;
    using client = await manualClient(server);
    const { borrow } = server.models;
    server.models.borrow = async () => {
      throw new Problem(503, "no memory", { code: "no_memory" });
    };
    client.append(ramp(1));
    client.commit();
    expect(await client.next(`${ofItem}.failed`)).toMatchObject({ error: { code: "no_memory" } });
    server.models.borrow = borrow;
    client.append(ramp(1));
    client.commit();
    await client.next(`${ofItem}.completed`);
  });
});
