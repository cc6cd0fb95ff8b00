import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { AsrError } from "../contract/errors.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { RealtimeClient } from "../testing/realtime-client.ts";
import { type Script, ScriptedRecognizer } from "../testing/recognizer.ts";
import { errorOf } from "../testing/server.ts";
import { until } from "../testing/until.ts";
import { pcm16Wav, tone } from "../testing/wav-writer.ts";
import type { ServerOptions } from "./options.ts";
import { Server } from "./server.ts";

const wav = pcm16Wav(tone(0.3));

/** A server whose recordings all hold the same, on a port that is free. */
function started(script: Script, options: ServerOptions = {}) {
  const recognizer = new ScriptedRecognizer({ "*": script });
  const opener = async () => ({ bytes: 1, open: async () => recognizer });
  const server = new Server({ models: ["demo"], port: 0, ...options }, opener);
  return { server, recognizer };
}

function upload(server: Server, fields: Record<string, string> = {}): Promise<Response> {
  const body = new FormData();
  body.set("file", new Blob([wav]), "a.wav");
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return fetch(new URL("/v1/audio/transcriptions", server.url), { method: "POST", body });
}

/** A script that waits before its first chunk until it is let go. */
function held() {
  const gate = Promise.withResolvers<void>();
  const script: Script = { chunks: ["hello world"], before: () => gate.promise };
  return { script, letGo: () => gate.resolve() };
}

describe("a server that ends", () => {
  test("finishes what runs, takes nothing new, and says that it drains", async () => {
    const { script, letGo } = held();
    const { server, recognizer } = started(script);
    const [plain, streamed] = [upload(server), upload(server, { stream: "true" })];
    await until(() => recognizer.atOnce === 2);
    const stopped = server.stop();
    const health = await fetch(new URL("/health", server.url));
    expect([health.status, await health.json()]).toMatchObject([503, { status: "draining" }]);
    const late = await upload(server);
    expect([late.status, late.headers.has("retry-after")]).toEqual([503, true]);
    expect((await errorOf(late)).code).toBe("draining");
    letGo();
    expect(await (await plain).json()).toMatchObject({ text: "hello world" });
    const events = await (await streamed).text();
    expect(events).toContain("transcript.text.done");
    expect(events).toEndWith("data: [DONE]\n\n");
    await stopped;
    expect(recognizer.closed).toBe(true);
    expect(fetch(server.url)).rejects.toThrow();
  });

  test("says so before it takes nothing new, for a proxy that sends to others", async () => {
    const { server } = started({ chunks: ["hello world"] });
    const live = new RealtimeClient(`ws://${server.url.host}/v1/realtime?intent=transcription`);
    await live.next("session.created");
    const before = performance.now();
    const stopped = server.stop(30, 0.5);
    const health = await fetch(new URL("/health", server.url));
    expect([health.status, await health.json()]).toMatchObject([503, { status: "draining" }]);
    const taken = await upload(server);
    expect([taken.status, await taken.json()]).toMatchObject([200, { text: "hello world" }]);
    expect(live.closed).toBeUndefined();
    // Live sessions are told when whoever connects again reaches another server.
    expect(await live.next("error")).toMatchObject({ error: { code: "server_shutting_down" } });
    expect(performance.now() - before).toBeGreaterThan(490);
    expect(await live.end()).toMatchObject({ code: 1001 });
    await stopped;
  });

  test("takes nothing new at once when it is told again while it says so", async () => {
    const { server } = started({ chunks: [] });
    const before = performance.now();
    await Promise.all([server.stop(30, 60), server.stop(0)]);
    expect(performance.now() - before).toBeLessThan(1000);
  });

  test("waits for so long, and tells those whose work it ends", async () => {
    const { server, recognizer } = started(held().script);
    const asked = upload(server);
    await until(() => recognizer.atOnce === 1);
    const before = performance.now();
    const stopped = server.stop(0.3);
    const response = await asked;
    expect([response.status, response.headers.has("retry-after")]).toEqual([503, true]);
    await stopped;
    expect(performance.now() - before).toBeGreaterThan(290);
    expect(performance.now() - before).toBeLessThan(2000);
    expect([recognizer.atOnce, recognizer.closed]).toEqual([0, true]);
  });

  test("ends at once when it is told again", async () => {
    const { server, recognizer } = started(held().script);
    const asked = upload(server);
    await until(() => recognizer.atOnce === 1);
    const [slow, quick] = [server.stop(60), server.stop(0)];
    expect((await asked).status).toBe(503);
    await Promise.all([slow, quick]);
  });

  test("is not kept waiting by clients that hold connections open", async () => {
    const { server } = started({ chunks: [] });
    expect((await fetch(new URL("/openapi.json", server.url))).status).toBe(200);
    const idle = connect(Number(server.url.port), "127.0.0.1");
    idle.on("error", () => {});
    await new Promise((resolve) => idle.once("connect", resolve));
    idle.write("GET /health HTTP/1.1\r\n");
    const before = performance.now();
    await server.stop();
    expect(performance.now() - before).toBeLessThan(1000);
    idle.destroy();
  });
});

describe("a server that cannot be", () => {
  let port = 0;
  let first: Server;
  beforeAll(() => {
    first = started({ chunks: [] }).server;
    port = Number(first.url.port);
  });
  afterAll(() => first.stop(0));

  test.each<[ServerOptions, string]>([
    [{ host: "0.0.0.0" }, "no API key is asked for"],
    [{ host: "8.8.8.8", apiKeys: ["k"] }, "cannot listen at 8.8.8.8"],
    [{ host: "no.such.host.invalid", withoutKey: true }, "cannot listen at no.such.host.invalid"],
    [{ port: 70_000 }, "port is 70000, expected a number from 0 to 65535"],
    [{ port: 1.5 }, "port is 1.5"],
    [{ wyoming: { hostname: "127.0.0.1", port: -1 } }, "wyoming.port is -1"],
    [{ keepAlive: Number.NaN }, "keepAlive is NaN, expected a number of at least 0"],
    [
      JSON.parse('{"limits": {"maxSecond": 5}}'),
      'unknown limit "maxSecond"; did you mean maxSeconds',
    ],
    [JSON.parse('{"limits": {"maxSeconds": "1h"}}'), 'limits.maxSeconds is "1h"'],
    [{ apiKeys: ["a b"] }, "the API key is nothing that a header can carry"],
    [{ allowOrigins: ["localhost"] }, "is no origin"],
    [{ allowHosts: ["a:1"] }, "is no name of a host"],
    [{ models: ["0.6c"] }, "unknown model"],
    [{ models: [] }, "no model"],
  ])("%p is refused", async (options, why) => {
    await expectAsrError(() => started({ chunks: [] }, options), "usage", why);
  });

  test("says that its port is in use, and leaves no socket behind", async () => {
    await expectAsrError(() => started({ chunks: [] }, { port }), "usage", `${port} is in use`);
    // The HTTP side could listen; Wyoming's cannot.
    const free = started({ chunks: [] }).server;
    const freePort = Number(free.url.port);
    await free.stop(0);
    const wyoming = { hostname: "127.0.0.1", port };
    const both = { port: freePort, wyoming };
    await expectAsrError(() => started({ chunks: [] }, both), "usage", `${port} is in use`);
    const again = started({ chunks: [] }, { port: freePort }).server;
    await again.stop(0);
  });
});

test("a request without a host or with an odd path gets an answer", async () => {
  const { server } = started({ chunks: [] });
  const ask = (text: string) =>
    new Promise<string>((resolve) => {
      let answer = "";
      const socket = connect(Number(server.url.port), "127.0.0.1", () => socket.write(text));
      socket.on("data", (bytes) => {
        answer += bytes;
        socket.end();
      });
      socket.on("close", () => resolve(answer.split("\r\n")[0] ?? ""));
    });
  expect(await ask("GET /v1/models HTTP/1.0\r\n\r\n")).toContain(" 200 ");
  expect(await ask("GET //evil.example/%ff?%zz HTTP/1.1\r\nHost: localhost\r\n\r\n")).toContain(
    " 404 ",
  );
  expect(await ask("GET /v1/models HTTP/1.1\r\nHost: evil.example\r\n\r\n")).toContain(" 403 ");
  expect(await ask("PATCH /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n")).toContain(" 405 ");
  for (const host of ["[bad", "a b", "x:y", "%", "", "localhost:99999"]) {
    expect(await ask(`GET /v1/models HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).toMatch(/ 40[03] /);
  }
  expect(await ask("\x16\x03\x01\x00\xff\r\n\r\n")).toContain(" 400 ");
  await server.stop(0);
});

test("a fault in a stream is told to whoever runs the server, a bad recording is not", async () => {
  const faults: unknown[] = [];
  const onFault = (fault: unknown) => void faults.push(fault);
  const fault = new AsrError("native", "the library broke");
  const bad = new AsrError("input", "file: is damaged");
  for (const [thrown, told] of [
    [fault, [fault]],
    [bad, []],
  ] as const) {
    faults.length = 0;
    await using server = started({ chunks: ["hello", thrown] }, { onFault }).server;
    const events = await (await upload(server, { stream: "true" })).text();
    expect(events).toContain(thrown.message);
    expect(faults).toEqual([...told]);
  }
});

test("HEAD has the headers of GET, and no body", async () => {
  await using server = started({ chunks: [] }).server;
  for (const path of ["/", "/v1/models", "/health", "/metrics", "/openapi.json"]) {
    const ask = async (method: string) => {
      const response = await fetch(new URL(path, server.url), { method });
      const headers = ["content-type", "content-length"].map((name) => response.headers.get(name));
      return { text: await response.text(), told: [response.status, ...headers] };
    };
    const [head, get] = [await ask("HEAD"), await ask("GET")];
    expect(head.text).toBe("");
    expect(head.told).toEqual([200, expect.any(String), expect.any(String)]);
    expect(head.told.slice(0, 2)).toEqual(get.told.slice(0, 2));
  }
});

test("a model that cannot be opened is told when it is asked for", async () => {
  const opener = () => Promise.reject(new Error("/secret/weights are gone"));
  await using server = new Server({ models: ["demo"], port: 0 }, opener);
  expect(server.open()).rejects.toThrow("weights are gone");
  const response = await upload(server);
  const { message } = await errorOf(response);
  expect([response.status, message.includes("/secret")]).toEqual([500, false]);
});
