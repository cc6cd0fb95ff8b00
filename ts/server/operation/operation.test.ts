import { describe, expect, test } from "bun:test";
import { FakeOpener } from "../../testing/model-openers.ts";
import { errorOf, scriptedServer } from "../../testing/server.ts";
import { transcriptOf } from "../../testing/transcripts.ts";
import { createApp } from "../app.ts";
import { ModelPool, type PoolOptions } from "../models/pool.ts";
import { ServerMetrics } from "./metrics.ts";
import { operationRoutes } from "./routes.ts";

const never = new AbortController().signal;

/** A server with a pool of models that do nothing. */
function serverOf(fake = new FakeOpener(), options: Partial<PoolOptions> = {}) {
  const given = { models: ["0.6b", "1.7b"], batch: 1, ...options };
  const models = new ModelPool({ ...given, opener: fake.opener });
  const metrics = new ServerMetrics(models);
  const { context, end } = scriptedServer([]);
  const app = createApp({ ...context, models, metrics }, operationRoutes);
  const get = async (path: string) => (await app.fetch(new Request(`http://localhost${path}`)))!;
  return { models, metrics, get, end, app };
}

describe("/health", () => {
  test("is 200 where a request would be served, though no model is open yet", async () => {
    const { get, models } = serverOf();
    const idle = await get("/health");
    expect(idle.status).toBe(200);
    expect(await idle.json()).toMatchObject({
      status: "ready",
      models: [
        { name: "0.6b", state: "idle", running: 0, live: 0 },
        { name: "1.7b", state: "idle" },
      ],
      queue: { running: 0, waiting: 0, max_waiting: 16 },
    });
    const loan = await models.borrow("0.6b", never);
    const waiting = models.borrow("0.6b", never);
    const busy: unknown = await (await get("/v1/health")).json();
    expect(busy).toMatchObject({ status: "ready", queue: { running: 1, waiting: 1 } });
    loan[Symbol.dispose]();
    (await waiting)[Symbol.dispose]();
  });

  test("is 503 while the only models are opened for the first time, or failed", async () => {
    const fake = new FakeOpener();
    const { get, models } = serverOf(fake);
    const gate = Promise.withResolvers<void>();
    fake.gate = gate.promise;
    const opened = [models.open("0.6b"), models.open("1.7b")];
    const loading = await get("/health");
    expect(loading.status).toBe(503);
    expect(await loading.json()).toMatchObject({ status: "loading" });
    fake.failures.push(new Error("no"), new Error("no"));
    gate.resolve();
    await Promise.allSettled(opened);
    const failed = await get("/health");
    expect(failed.status).toBe(503);
    expect(await failed.json()).toMatchObject({ status: "failed" });
    await models.open("1.7b");
    expect((await get("/health")).status).toBe(200);
  });

  test("stays 200 while a model is opened again, and is 503 while the server ends", async () => {
    const fake = new FakeOpener();
    const { get, models, end } = serverOf(fake, { models: ["0.6b"], keepAlive: 0 });
    await models.open();
    await Bun.sleep(10);
    const gate = Promise.withResolvers<void>();
    fake.gate = gate.promise;
    const opened = models.open();
    const again = await get("/health");
    expect(again.status).toBe(200);
    expect(await again.json()).toMatchObject({ models: [{ name: "0.6b", state: "loading" }] });
    gate.resolve();
    await opened;
    end.abort();
    const draining = await get("/health");
    expect(draining.status).toBe(503);
    expect(await draining.json()).toMatchObject({ status: "draining" });
  });
});

describe("/models", () => {
  test("lists what is served, and the names of OpenAI that mean the first", async () => {
    const { get } = serverOf();
    const list = (await (await get("/v1/models")).json()) as {
      object: string;
      data: { id: string; object: string; created: number; owned_by: string; alias_of?: string }[];
    };
    expect(list.object).toBe("list");
    expect(list.data.slice(0, 3)).toEqual([
      { id: "0.6b", object: "model", created: expect.any(Number), owned_by: "bun-asr" },
      { id: "1.7b", object: "model", created: expect.any(Number), owned_by: "bun-asr" },
      expect.objectContaining({ id: "whisper-1", alias_of: "0.6b" }),
    ]);
    for (const { id } of list.data) {
      const one: unknown = await (await get(`/models/${encodeURIComponent(id)}`)).json();
      expect(one).toEqual(list.data.find((each) => each.id === id));
    }
  });

  test("tells the languages of a model, where it does, as soon as it was looked at", async () => {
    const fake = new FakeOpener();
    fake.languages = { "0.6b": ["en", "de"] };
    const { get, models } = serverOf(fake);
    const told = async (id: string) => (await (await get(`/models/${id}`)).json()) as object;
    expect(await told("0.6b")).not.toHaveProperty("languages");
    for (const name of models.names) await models.open(name);
    expect(await told("0.6b")).toMatchObject({ languages: ["en", "de"] });
    expect(await told("whisper-1")).toMatchObject({ languages: ["en", "de"] });
    expect(await told("1.7b")).not.toHaveProperty("languages");
  });

  test("finds one by other names with slashes, and none by unknown ones", async () => {
    const { get } = serverOf();
    for (const id of ["mlx-community/Qwen3-ASR-1.7B-4bit", "mlx-community%2Fqwen3-asr-1.7b-4bit"]) {
      const found: unknown = await (await get(`/v1/models/${id}/`)).json();
      expect(found).toMatchObject({ id: "1.7b" });
    }
    for (const id of ["whisper-large", "%", "a/b/c"]) {
      const missing = await get(`/models/${id}`);
      expect(missing.status).toBe(404);
      expect(await errorOf(missing)).toMatchObject({ code: "model_not_found", param: "model" });
    }
  });
});

test("/metrics has all samples in the text format of Prometheus", async () => {
  const { get, models, metrics, app } = serverOf();
  const loan = await models.borrow("0.6b", never);
  const transcript = transcriptOf([]);
  metrics.transcribed("0.6b", {
    ...transcript,
    duration: 10,
    usage: { inputTokens: 140, audioTokens: 130, outputTokens: 20, totalTokens: 160 },
    timings: {
      audioMs: 100,
      melMs: 50,
      encodeMs: 450,
      prefillMs: 200,
      decodeMs: 200,
      totalMs: 2000,
    },
  });
  metrics.answered('/odd"\\path\n', 200, 0.1);
  metrics.answered("/audio/transcriptions", 200, 3);
  metrics.answered("/audio/transcriptions", 200, 4000);
  const socket = metrics.connected("wyoming");
  await get("/nowhere");
  const response = await get("/metrics");
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const text = await response.text();
  const samples = samplesOf(text);
  expect(samples).toMatchObject({
    'bun_asr_http_requests_total{path="/odd\\"\\\\path\\n",status="200"}': 1,
    'bun_asr_http_requests_total{path="/audio/transcriptions",status="200"}': 2,
    'bun_asr_http_requests_total{path="unknown",status="404"}': 1,
    'bun_asr_http_request_duration_seconds_bucket{path="/audio/transcriptions",le="2.5"}': 0,
    'bun_asr_http_request_duration_seconds_bucket{path="/audio/transcriptions",le="5"}': 1,
    'bun_asr_http_request_duration_seconds_bucket{path="/audio/transcriptions",le="+Inf"}': 2,
    'bun_asr_http_request_duration_seconds_sum{path="/audio/transcriptions"}': 4003,
    'bun_asr_http_request_duration_seconds_count{path="/audio/transcriptions"}': 2,
    'bun_asr_audio_seconds_total{model="0.6b"}': 10,
    'bun_asr_processing_seconds_total{model="0.6b",stage="encode"}': 0.45,
    'bun_asr_tokens_total{model="0.6b",direction="output"}': 20,
    'bun_asr_running{model="0.6b"}': 1,
    'bun_asr_queue_waiting{model="0.6b"}': 0,
    'bun_asr_model_loaded{model="0.6b"}': 1,
    'bun_asr_model_loaded{model="1.7b"}': 0,
    'bun_asr_sockets{kind="wyoming"}': 1,
    'bun_asr_sockets{kind="websocket"}': 0,
  });
  expect(samples['bun_asr_real_time_factor{model="0.6b"}']).toBeCloseTo(0.1);
  expect(samples["process_resident_memory_bytes"]).toBeGreaterThan(1e6);
  socket[Symbol.dispose]();
  socket[Symbol.dispose]();
  loan[Symbol.dispose]();
  const later = samplesOf(await (await get("/metrics")).text());
  expect(later['bun_asr_sockets{kind="wyoming"}']).toBe(0);
  expect(later['bun_asr_running{model="0.6b"}']).toBe(0);
  const refused = await app.fetch(new Request("http://localhost/metrics", { method: "POST" }));
  expect(refused?.status).toBe(405);
});

/** Samples by name and labels; each must follow the type of its own metric. */
function samplesOf(text: string): Record<string, number> {
  const samples: Record<string, number> = {};
  let metric = "";
  for (const line of text.trimEnd().split("\n")) {
    const [, named] = /^# HELP ([a-z_]+) \S/.exec(line) ?? [];
    if (named !== undefined) metric = named;
    if (line.startsWith("#")) {
      expect(line).toMatch(new RegExp(`^# (HELP|TYPE) ${metric} `));
      continue;
    }
    const [, name, labels = "", value] = /^([a-z_]+)(\{.*\})? (\S+)$/.exec(line)!;
    expect(name!.replace(/_(bucket|sum|count)$/, "")).toBe(metric);
    samples[name + labels] = Number(value);
    expect(samples[name + labels]).not.toBeNaN();
  }
  return samples;
}
