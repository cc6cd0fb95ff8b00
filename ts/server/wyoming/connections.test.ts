import { describe, expect, test } from "bun:test";
import { expectAsrError } from "../../testing/expect-error.ts";
import { until } from "../../testing/until.ts";
import { WyomingTestClient, wyomingServer } from "../../testing/wyoming.ts";
import { listenWyoming } from "./listen.ts";

const format = { rate: 16_000, width: 2, channels: 1 };
const timeout = { type: "error", data: { text: expect.any(String), code: "timeout" } };

describe("a client that leaves", () => {
  test.each(["while it speaks", "while it waits"])("%s frees what it had", async (when) => {
    using server = wyomingServer();
    const { recognizer, models, listener } = server;
    recognizer.gates.say = Promise.withResolvers<void>().promise;
    using wyoming = await server.client();
    wyoming.send("audio-chunk", format, "ab");
    if (when === "while it waits") wyoming.send("audio-stop");
    await until(() => recognizer.running === 1);
    // The next one has not begun.
    if (when === "while it waits") wyoming.send("audio-chunk", format, "cd");
    wyoming[Symbol.dispose]();
    await until(() => recognizer.running === 0 && models.lent === 0 && !listener.isBusy, 0.5);
    expect(recognizer.heard).toHaveLength(1);
    expect(server.metrics.answers).toEqual([{ path: "wyoming", status: 499, seconds: 0 }]);
  });

  test("by ending its side alone has left, too", async () => {
    using server = wyomingServer();
    server.recognizer.gates.say = Promise.withResolvers<void>().promise;
    using wyoming = await server.client();
    wyoming.send("audio-chunk", format, "ab");
    wyoming.send("audio-stop");
    await until(() => server.recognizer.running === 1);
    wyoming.end();
    await until(() => server.recognizer.running === 0 && !server.listener.isBusy, 0.5);
  });
});

describe("a client that is silent", () => {
  const limits = { maxUploadSilence: 0.1 };

  test.each<[string, (client: WyomingTestClient) => void]>([
    ["before its audio has stopped", (client) => client.send("audio-start", format)],
    ["within an event", (client) => client.send("audio-chunk", format, "", { payload_length: 9 })],
    ["within a line", (client) => client.write('{"type": "desc')],
  ])("%s is told, and let go", async (_, send) => {
    using server = wyomingServer({ limits });
    using wyoming = await server.client();
    send(wyoming);
    expect(await wyoming.rest()).toEqual([timeout]);
  });

  test("but for a byte now and then is, too", async () => {
    using server = wyomingServer({ limits });
    using wyoming = await server.client();
    const timer = setInterval(() => wyoming.write(" "), 10);
    expect(await wyoming.rest()).toEqual([timeout]);
    clearInterval(timer);
  });

  test("may wait for what it asked for, or for its next question", async () => {
    using server = wyomingServer({ limits });
    using wyoming = await server.client();
    const gate = Promise.withResolvers<void>();
    server.recognizer.gates.say = gate.promise;
    wyoming.send("audio-chunk", format, "ab");
    wyoming.send("audio-stop");
    await Bun.sleep(200);
    gate.resolve();
    for (const type of ["transcript-start", "transcript-chunk", "transcript", "transcript-stop"]) {
      expect((await wyoming.next())?.type).toBe(type);
    }
    await Bun.sleep(200);
    wyoming.send("ping", { text: 1 });
    expect(await wyoming.next()).toEqual({ type: "pong", data: { text: 1 } });
  });
});

test("a client that does not read is let go", async () => {
  using server = wyomingServer({ limits: { maxUnreadBytes: 100_000 } });
  using wyoming = await server.client();
  wyoming.pause();
  await until(() => server.listener.isBusy);
  expect(server.metrics.sockets).toBe(1);
  const text = "x".repeat(50_000);
  // More than the systems of both sides keep.
  for (let i = 0; i < 400 && server.listener.isBusy; i++) {
    wyoming.send("ping", { text });
    if (i % 20 === 0) await Bun.sleep(1);
  }
  await until(() => !server.listener.isBusy);
  expect(server.metrics.sockets).toBe(0);
});

test("so many connections are taken at once, and others told to come again", async () => {
  using server = wyomingServer({ limits: { maxSockets: 2 } });
  using first = await server.client();
  using second = await server.client();
  for (const client of [first, second]) {
    client.send("describe");
    expect((await client.next())?.type).toBe("info");
  }
  using third = await server.client();
  expect(await third.rest()).toMatchObject([{ data: { code: "too_many_connections" } }]);
  third[Symbol.dispose]();
  first[Symbol.dispose]();
  await Bun.sleep(20);
  using fourth = await server.client();
  fourth.send("describe");
  expect((await fourth.next())?.type).toBe("info");
});

describe("a server that ends", () => {
  test("finishes what was begun, and takes nothing new", async () => {
    using server = wyomingServer();
    const gate = Promise.withResolvers<void>();
    server.recognizer.gates.say = gate.promise;
    using idle = await server.client();
    using busy = await server.client();
    busy.send("audio-chunk", format, "ab");
    await until(() => server.recognizer.running === 1);
    server.drain.abort();
    expect(await idle.rest()).toEqual([]);
    expect(await WyomingTestClient.connect(server.listener.port).catch(() => "refused")).toBe(
      "refused",
    );
    busy.send("audio-chunk", format, "cd");
    busy.send("audio-stop");
    expect(server.listener.isBusy).toBe(true);
    gate.resolve();
    const events = await busy.rest();
    expect(events.map(({ type }) => type)).toEqual([
      "transcript-start",
      "transcript-chunk",
      "transcript",
      "transcript-stop",
    ]);
    expect(events[2]!.data).toMatchObject({ text: "4 bytes" });
    for (const client of [idle, busy]) client[Symbol.dispose]();
    await until(() => !server.listener.isBusy);
  });

  test("and waits no longer tells whom it leaves alone", async () => {
    using server = wyomingServer();
    using wyoming = await server.client();
    wyoming.send("audio-chunk", format, "ab");
    await until(() => server.recognizer.running === 1);
    server.drain.abort();
    server.close.abort();
    expect(await wyoming.rest()).toMatchObject([{ type: "error", data: { code: "draining" } }]);
    expect(server.models.lent).toBe(0);
  });
});

test("a port that is taken is an error of usage", async () => {
  using server = wyomingServer();
  const { port } = server.listener;
  const again = () => listenWyoming(server.context, { hostname: "127.0.0.1", port });
  await expectAsrError(again, "usage", `127.0.0.1 port ${port} is in use`);
});
