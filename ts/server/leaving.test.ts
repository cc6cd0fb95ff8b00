import { afterAll, beforeAll, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { Asr } from "../asr.ts";
import { demoSample } from "../native/locate.ts";
import { until } from "../testing/until.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { checkpointOpener } from "./models/opener.ts";
import type { Health } from "./operation/health.ts";
import { Server } from "./server.ts";

// Clients that leave at any moment, over real sockets: while they send, wait, or are transcribed.

let server: Server;
let recording: Blob;

beforeAll(async () => {
  const opener = checkpointOpener(Asr.load, { threads: 1 });
  server = new Server({ models: ["demo"], port: 0, limits: { maxWaiting: 1000 } }, opener, {
    batch: 2,
  });
  await server.open();
  recording = new Blob([await Bun.file(demoSample).bytes()]);
});

afterAll(() => server.stop(0));

async function post(signal?: AbortSignal): Promise<Response> {
  const body = new FormData();
  body.append("file", recording, "talk.wav");
  const url = new URL("/v1/audio/transcriptions", server.url);
  // Connections that are kept for later would count as left over.
  return await fetch(url, { method: "POST", body, keepalive: false, ...(signal && { signal }) });
}

async function queue(): Promise<Health["queue"]> {
  const response = await fetch(new URL("/health", server.url), { keepalive: false });
  return ((await response.json()) as Health).queue;
}

/** Temporary folders of this process. */
const temporary = () => readdirSync(tmpdir()).filter((name) => name.includes(`-${process.pid}-`));
const isLinux = process.platform === "linux";
const descriptors = () => (isLinux ? readdirSync("/proc/self/fd").length : 0);

test("200 clients that leave at any moment leave nothing, and all others are served", async () => {
  await (await post()).text();
  const before = { temporary: temporary().length, descriptors: descriptors() };
  const random = seededRandom(7);
  const statuses: number[] = [];
  for (let wave = 0; wave < 10; wave++) {
    const leaving = Array.from({ length: 20 }, async () => {
      const signal = AbortSignal.timeout(random() * 120);
      return await post(signal).then(
        (response) =>
          response.text().then(
            () => "served",
            () => "left",
          ),
        () => "left",
      );
    });
    const staying = [post(), post()].map(async (answer) => {
      const response = await answer;
      statuses.push(response.status);
      expect(await response.text()).toContain("Turn on the light in the kitchen.");
    });
    const ends = await Promise.all(leaving);
    expect(ends.filter((end) => end === "left").length).toBeGreaterThan(0);
    await Promise.all(staying);
  }
  expect(statuses).toEqual(Array(20).fill(200));
  await until(async () => {
    const { running, waiting } = await queue();
    return running + waiting === 0;
  });
  await until(() => temporary().length <= before.temporary);
  await until(() => descriptors() <= before.descriptors + 4);
});
