import { describe, expect, test } from "bun:test";
import { countingServer, manualClient } from "../../testing/realtime-client.ts";
import { seededRandom } from "../../wer/seeded-random.ts";

const ofItem = "conversation.item.input_audio_transcription";
const second = new Uint8Array(32_000).fill(1);

/** A message as a client's bytes. */
function frameOf(event: object): Buffer {
  const bytes = Buffer.from(JSON.stringify(event));
  const mask = [0, 0, 0, 0];
  return Buffer.from([0x81, 0xfe, bytes.length >> 8, bytes.length & 0xff, ...mask, ...bytes]);
}

/** Waits until something is so. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await Bun.sleep(2);
}

describe("what is wrong with a message", () => {
  test.each([
    ["not JSON", "{", { code: "invalid_json" }],
    ["no object", "[1]", { code: "invalid_json" }],
    ["null", "null", { code: "invalid_json" }],
    ["nothing", "", { code: "invalid_json" }],
    ["binary", new Uint8Array([1, 2, 3]), { code: "invalid_message" }],
    ["no type", "{}", { code: "missing_required_parameter", param: "type" }],
    ["another type", { type: 7 }, { code: "invalid_type", param: "type" }],
    ["speech to speech", { type: "response.create" }, { code: "invalid_value", param: "type" }],
    ["no session", { type: "session.update" }, { param: "session" }],
    ["no audio", { type: "input_audio_buffer.append" }, { param: "audio" }],
    ["a number", { type: "input_audio_buffer.append", audio: 3 }, { param: "audio" }],
    ["no base64", { type: "input_audio_buffer.append", audio: "?" }, { code: "invalid_value" }],
    [
      "no sound",
      { type: "input_audio_buffer.commit" },
      { code: "input_audio_buffer_commit_empty", type: "invalid_request_error" },
    ],
  ])("is told: %s", async (_, message, error) => {
    await using server = countingServer().server;
    using client = await manualClient(server);
    client.send(message);
    const told = await client.next("error");
    expect(told["error"]).toMatchObject({ message: expect.any(String), event_id: null, ...error });
    client.send({ type: "input_audio_buffer.clear" });
    await client.next("input_audio_buffer.cleared");
  });

  test("is told with the client's name of it, and nothing of it is done", async () => {
    await using server = countingServer().server;
    using client = await manualClient(server);
    const session = { audio: { input: { turn_detection: { type: "server_vad" }, format: 3 } } };
    client.send({ type: "session.update", event_id: "mine", session });
    expect(await client.next("error")).toMatchObject({
      error: { event_id: "mine", param: "session.audio.input.format", code: "invalid_type" },
    });
    const { session: after } = await client.update({});
    expect(after).toMatchObject({ audio: { input: { turn_detection: null } } });
  });

  test("is found whatever a client sends", async () => {
    await using server = countingServer().server;
    using client = await manualClient(server);
    const random = seededRandom(11);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
    const words = ["type", "session", "audio", "input", "format", "turn_detection", "include"];
    const types = ["session.update", "input_audio_buffer.append", "input_audio_buffer.commit"];
    const values = [null, true, -1, 1e308, "", "audio/pcm", "server_vad", [], {}, [[]], "AAAA"];
    const value = (depth: number): unknown => {
      if (depth === 0 || random() < 0.3) return pick(values);
      const names = Array.from({ length: 3 }, () => pick(words));
      return Object.fromEntries(names.map((name) => [name, value(depth - 1)]));
    };
    for (let round = 0; round < 500; round++) {
      const text = JSON.stringify({ ...(value(4) as object), type: pick([...types, value(1)]) });
      const cut = random() < 0.2 ? text.slice(0, Math.floor(random() * text.length)) : text;
      client.send(random() < 0.1 ? new TextEncoder().encode(cut) : cut);
    }
    client.send("[".repeat(100_000));
    client.send({ type: "session.update", session: { type: "\u0000".repeat(50_000) } });
    client.send({ type: "input_audio_buffer.clear", event_id: "last" });
    await until(() => client.events.at(-1)?.type === "input_audio_buffer.cleared");
    expect(client.closed).toBeUndefined();
    for (const { type, error } of client.events) {
      if (type === "error") expect(error).toMatchObject({ type: "invalid_request_error" });
    }
  });
});

describe("what is too much", () => {
  test("sound of 15 MiB in a message is taken, and no more", async () => {
    const { recognizer, server: made } = countingServer();
    await using server = made;
    using client = await manualClient(server);
    client.append(new Uint8Array(15 * 2 ** 20));
    client.append(new Uint8Array(15 * 2 ** 20 + 1));
    expect(await client.next("error")).toMatchObject({ error: { param: "audio" } });
    client.commit();
    await client.next(`${ofItem}.completed`);
    expect(recognizer.streams[0]!.length).toBe((15 * 2 ** 20) / 2);
  });

  test("a longer message ends the connection, and only that", async () => {
    await using server = countingServer({ limits: { maxMessageBytes: 100_000 } }).server;
    using client = await manualClient(server);
    using other = await manualClient(server);
    client.send("x".repeat(100_001));
    expect((await client.end()).code).toBeOneOf([1006, 1009]);
    await other.update({});
  });

  test("who sends much faster than is heard is kept waiting, then let go", async () => {
    const { recognizer, server: made } = countingServer({ limits: { maxMessageBytes: 1_000_000 } });
    await using server = made;
    using client = await manualClient(server);
    const held = Promise.withResolvers<void>();
    recognizer.before = () => held.promise;
    for (let sent = 0; sent < 250; sent++) client.append(second);
    expect((await client.end()).code).toBe(1008);
    expect(client.events.at(-1)).toMatchObject({ error: { code: "rate_limit_exceeded" } });
    held.resolve();
    await until(() => server.models.lent === 0);
  });

  test("a client that does not read is let go", async () => {
    await using server = countingServer({ limits: { maxUnreadBytes: 50_000 } }).server;
    const { hostname, port } = new URL(server.address);
    const opened = Promise.withResolvers<Bun.Socket>();
    const closed = Promise.withResolvers<void>();
    const socket = await Bun.connect({
      hostname,
      port: Number(port),
      socket: {
        data: (raw) => opened.resolve(raw),
        close: () => closed.resolve(),
        error: () => closed.resolve(),
      },
    });
    const handshake = [
      `GET /v1/realtime HTTP/1.1\r\nHost: ${hostname}\r\nConnection: Upgrade`,
      "Upgrade: websocket\r\nSec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    ];
    socket.write(handshake.join("\r\n"));
    (await opened.promise).pause();
    const transcription = { prompt: "x".repeat(8000) };
    socket.write(
      frameOf({ type: "session.update", session: { audio: { input: { transcription } } } }),
    );
    // Each is answered with the prompt.
    const frame = frameOf({ type: "session.update", session: {} });
    const frames = Buffer.concat(Array(500).fill(frame));
    while (server.metrics.sockets > 0) {
      socket.write(frames);
      await Bun.sleep(1);
    }
    socket.terminate();
  });

  test("more sockets than may be are told to come again", async () => {
    await using server = countingServer({ limits: { maxSockets: 2 } }).server;
    using one = await manualClient(server);
    using _two = await manualClient(server);
    await expect(manualClient(server)).rejects.toThrow("closed (1006)");
    expect(server.answered.at(-1)).toMatchObject({ status: 503, path: "/realtime" });
    one.close();
    await until(() => server.metrics.sockets === 1);
    using three = await manualClient(server);
    await three.update({});
  });
});

describe("the end", () => {
  test("of a socket ends all its work, and gives the model back", async () => {
    const { recognizer, server: made } = countingServer();
    await using server = made;
    using client = await manualClient(server);
    for (let turn = 0; turn < 3; turn++) {
      client.append(second);
      await client.next(`${ofItem}.delta`);
      if (turn < 2) client.commit();
    }
    expect(recognizer.atOnce).toBe(1);
    client.close();
    await until(() => server.models.lent === 0 && recognizer.atOnce === 0);
    expect(recognizer.streams.map(({ isEnded }) => isEnded)).toEqual([true, true, false]);
    expect(recognizer.streams[2]!.options.signal?.aborted).toBe(true);
  });

  test("of the server waits for what was said", async () => {
    const { recognizer, server: made } = countingServer();
    await using server = made;
    using client = await manualClient(server);
    using idle = await manualClient(server);
    const held = Promise.withResolvers<void>();
    recognizer.before = () => held.promise;
    client.append(second);
    await until(() => recognizer.atOnce === 1);
    server.drain.abort();
    expect((await idle.end()).code).toBe(1001);
    client.append(second);
    await client.next("input_audio_buffer.committed");
    held.resolve();
    expect(await client.next(`${ofItem}.completed`)).toMatchObject({ transcript: "1 2" });
    expect(await client.next("error")).toMatchObject({ error: { code: "server_shutting_down" } });
    expect((await client.end()).code).toBe(1001);
  });

  test("of the server's patience waits for nothing", async () => {
    const { recognizer, server: made } = countingServer();
    await using server = made;
    using client = await manualClient(server);
    client.append(second);
    await client.next(`${ofItem}.delta`);
    server.close.abort();
    expect((await client.end()).code).toBe(1001);
    await until(() => recognizer.atOnce === 0 && server.models.lent === 0);
  });
});
