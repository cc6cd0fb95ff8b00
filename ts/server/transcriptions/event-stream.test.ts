import { afterAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { wireEvents } from "../../testing/transcription-request.ts";
import { until } from "../../testing/until.ts";
import { EventStream, type EventStreamOptions } from "./event-stream.ts";

function streamOf(options: Partial<EventStreamOptions> = {}) {
  let left = 0;
  const onLeave = () => void left++;
  const stream = new EventStream({ maxUnreadBytes: 1000, onLeave, ...options });
  return { stream, response: stream.response({ "x-more": "1" }), left: () => left };
}

test("an event has a line with its name, and one with its data", async () => {
  const { stream, response, left } = streamOf();
  stream.send({ type: "transcript.text.delta", delta: "a\nb\u2028c" } as { type: string });
  stream.finish({ type: "transcript.text.done" });
  expect(await response.text()).toBe(
    "event: transcript.text.delta\n" +
      'data: {"type":"transcript.text.delta","delta":"a\\nb\u2028c"}\n\n' +
      'event: transcript.text.done\ndata: {"type":"transcript.text.done"}\n\n' +
      "data: [DONE]\n\n",
  );
  expect(Object.fromEntries(response.headers)).toEqual({
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
    "x-more": "1",
  });
  expect(left()).toBe(0);
});

test("what failed has no end but the error, and nothing is sent behind one", async () => {
  const { stream, response } = streamOf();
  stream.fail({ error: { message: "it broke" } });
  stream.send({ type: "late" });
  stream.finish({ type: "later" });
  expect(await response.text()).toBe('event: error\ndata: {"error":{"message":"it broke"}}\n\n');
});

test("comments come while nothing else does", async () => {
  const { stream, response } = streamOf({ quietMs: 20 });
  const reader = response.body!.getReader();
  const next = async () => wireEvents(Buffer.from((await reader.read()).value!).toString());
  const comment = [{ name: ":", data: "still at work" }];
  expect([await next(), await next()]).toEqual([comment, comment]);
  stream.send({ type: "one" });
  expect(await next()).toEqual([{ name: "one", data: { type: "one" } }]);
  expect(await next()).toEqual(comment);
  stream.finish({ type: "two" });
  await Bun.sleep(50);
  expect((await next()).map(({ name }) => name)).toEqual(["two", ""]);
  expect((await reader.read()).done).toBe(true);
});

test("a reader that leaves is told of once, and ends it", async () => {
  const { stream, response, left } = streamOf({ quietMs: 5 });
  await response.body!.cancel();
  expect(left()).toBe(1);
  stream.send({ type: "late" });
  stream.finish({ type: "later" });
  await Bun.sleep(20);
  expect(left()).toBe(1);
});

test("who does not read is let go, however large the last event may be", async () => {
  const { stream, response, left } = streamOf();
  const event = { type: "long", text: "x".repeat(600) };
  for (let i = 0; i < 2; i++) stream.send(event);
  expect(left()).toBe(0);
  stream.send(event);
  expect(left()).toBe(1);
  expect(await response.text().catch(() => "broken")).toBe("broken");

  const { stream: other, response: whole } = streamOf();
  other.send(event);
  other.finish({ ...event, type: "last" });
  expect(wireEvents(await whole.text()).map(({ name }) => name)).toEqual(["long", "last", ""]);
});

const servers: { stop: (now: boolean) => void }[] = [];
afterAll(() => {
  for (const server of servers) server.stop(true);
});

test("a socket whose client does not read is closed", async () => {
  let left = false;
  let sent = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => {
      const onLeave = () => {
        left = true;
      };
      const stream = new EventStream({ maxUnreadBytes: 1e6, onLeave });
      const send = () => {
        stream.send({ type: "long", text: "x".repeat(250_000) } as { type: string });
        sent++;
        if (!left) setTimeout(send, 1);
      };
      send();
      return stream.response();
    },
  });
  servers.push(server);
  const socket = connect(server.port!, "127.0.0.1", () => {
    socket.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    socket.pause();
  });
  await until(() => left);
  // The system's own buffers come on top of what waits.
  expect(sent).toBeLessThan(200);
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on("close", () => resolve()).on("error", () => resolve());
  socket.resume();
  await promise;
});
