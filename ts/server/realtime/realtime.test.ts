import { describe, expect, test } from "bun:test";
import { AsrError } from "../../contract/errors.ts";
import {
  countingServer,
  manualClient,
  RealtimeClient,
  socketServer,
  sound,
} from "../../testing/realtime-client.ts";
import { Problem } from "../http/problem.ts";
import { realtimeRoute } from "./realtime.ts";

const ofItem = "conversation.item.input_audio_transcription";
const path = "/v1/realtime?intent=transcription";

describe("a session", () => {
  test("is begun by the server, which tells what holds", async () => {
    await using server = countingServer().server;
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
    await using server = countingServer().server;
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
      await using server = countingServer().server;
      using client = new RealtimeClient(server.address + at);
      await client.next("session.created");
    },
  );

  test("is told apart from speech to speech, and from plain requests", async () => {
    await using server = countingServer().server;
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

describe("a turn that its client ends", () => {
  test("is heard whole, and told while it is spoken", async () => {
    const { recognizer, server: made } = countingServer();
    await using server = made;
    using client = await manualClient(server, { transcription: { model: "x", language: "de" } });
    const sent = sound(1.5);
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
    await using server = countingServer().server;
    using client = await manualClient(server);
    const items: unknown[] = [];
    for (let turn = 0; turn < 3; turn++) {
      client.append(sound(0.5));
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
    const { recognizer, server: made } = countingServer();
    await using server = made;
    using client = await manualClient(server, {
      transcription: { prompt: "p", keywords: ["Ada"] },
    });
    const held = Promise.withResolvers<void>();
    recognizer.before = (stream) => (stream === 0 ? held.promise : undefined);
    for (const seconds of [1, 2]) {
      client.append(sound(seconds));
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
    await using server = countingServer().server;
    using client = await manualClient(server);
    const include = ["logprobs", "segments", "provisional"].map(
      (name) => `item.input_audio_transcription.${name}`,
    );
    await client.update({}, { include });
    client.append(sound(1));
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
    const { recognizer, server: made } = countingServer();
    await using server = made;
    using client = await manualClient(server, { transcription: null });
    client.append(sound(1));
    client.commit();
    await client.next("conversation.item.done");
    await client.update({ transcription: { model: "demo" } });
    client.append(sound(1));
    client.commit();
    await client.next(`${ofItem}.completed`);
    expect(recognizer.streams.length).toBe(1);
  });

  test("may be thrown away", async () => {
    const { recognizer, server: made } = countingServer();
    await using server = made;
    using client = await manualClient(server);
    client.append(sound(1));
    await client.next(`${ofItem}.delta`);
    client.send({ type: "input_audio_buffer.clear" });
    await client.next("input_audio_buffer.cleared");
    client.commit();
    const { error } = await client.next("error");
    expect(error).toMatchObject({ code: "input_audio_buffer_commit_empty" });
    client.append(sound(0.5));
    client.commit();
    expect(await client.next(`${ofItem}.completed`)).toMatchObject({ transcript: "1" });
    expect(recognizer.streams.map(({ isEnded }) => isEnded)).toEqual([false, true]);
    expect(server.models.lent).toBe(0);
  });
});

describe("a turn that fails", () => {
  test("is told as such, and the next one is heard", async () => {
    const { recognizer, server: made } = countingServer();
    await using server = made;
    using client = await manualClient(server);
    const error = new AsrError("native", "it broke", "mend it");
    recognizer.failure = { after: 1, error };
    client.append(sound(1));
    const failed = await client.next(`${ofItem}.failed`);
    expect(failed).toMatchObject({
      content_index: 0,
      error: { type: "server_error", code: "native", message: "it broke; mend it" },
    });
    client.append(sound(1));
    client.commit();
    const committed = await client.next("input_audio_buffer.committed");
    expect(committed["item_id"]).toBe(failed["item_id"]);
    recognizer.failure = undefined;
    client.append(sound(0.5));
    client.commit();
    expect(await client.next(`${ofItem}.completed`)).toMatchObject({ transcript: "1" });
  });

  test("may have found no model", async () => {
    await using server = countingServer().server;
    using client = await manualClient(server);
    const { borrow } = server.models;
    server.models.borrow = async () => {
      throw new Problem(503, "no memory", { code: "no_memory" });
    };
    client.append(sound(1));
    client.commit();
    expect(await client.next(`${ofItem}.failed`)).toMatchObject({ error: { code: "no_memory" } });
    server.models.borrow = borrow;
    client.append(sound(1));
    client.commit();
    await client.next(`${ofItem}.completed`);
  });
});
