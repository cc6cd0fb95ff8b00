import type { Transcript } from "../../contract/transcript.ts";
import type { ModelStatus, Models } from "../service/models.ts";
import type { Metrics, SocketKind } from "../service/service.ts";
import { Counter, exposition, Gauge, Histogram, type Metric } from "./exposition.ts";

/** Of answers: from a page at once to a long recording, in seconds. */
const durations = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

/** Counts what a server does, and reads what its models do. */
export class ServerMetrics implements Metrics {
  readonly #requests = new Counter(
    "bun_asr_http_requests_total",
    "Requests that were answered, by route and status.",
  );
  readonly #durations = new Histogram(
    "bun_asr_http_request_duration_seconds",
    "Time until an answer began; one that is not streamed begins when it is complete.",
    durations,
  );
  readonly #transcripts = new Counter(
    "bun_asr_transcripts_total",
    "Recordings and turns of live streams that were transcribed, by how writing ended.",
  );
  readonly #audio = new Counter("bun_asr_audio_seconds_total", "Audio that was transcribed.");
  readonly #processing = new Counter(
    "bun_asr_processing_seconds_total",
    "Time that the stages took, as if they had run one after the other.",
  );
  readonly #tokens = new Counter("bun_asr_tokens_total", "Tokens read and written.");
  readonly #sockets = new Map<SocketKind, number>([
    ["websocket", 0],
    ["wyoming", 0],
  ]);
  readonly #models: Models;
  readonly #metrics: readonly Metric[];

  constructor(models: Models) {
    this.#models = models;
    this.#metrics = [
      this.#requests,
      this.#durations,
      this.#transcripts,
      this.#audio,
      this.#processing,
      this.#tokens,
      this.#ofModels("bun_asr_queue_waiting", "Requests that wait for a model.", "waiting"),
      this.#ofModels("bun_asr_running", "Recordings that are being transcribed.", "running"),
      this.#ofModels("bun_asr_live_streams", "Live streams that use a model.", "live"),
      new Gauge("bun_asr_model_loaded", "Whether a model is open: 1, else 0.", () =>
        models.status().map(({ name, state }) => [{ model: name }, state === "loaded" ? 1 : 0]),
      ),
      new Gauge("bun_asr_model_bytes", "Weights of the models that are open.", () =>
        models
          .status()
          .filter(({ state }) => state === "loaded")
          .map(({ name, bytes = 0 }) => [{ model: name }, bytes]),
      ),
      new Gauge(
        "bun_asr_real_time_factor",
        "Processing over audio since the start; below 1 is faster than the audio.",
        () => this.#factors(),
      ),
      new Gauge("bun_asr_sockets", "Open connections of live streams.", () =>
        [...this.#sockets].map(([kind, count]) => [{ kind }, count]),
      ),
      ...processMetrics,
    ];
  }

  answered(path: string, status: number, seconds: number): void {
    this.#requests.add({ path, status });
    this.#durations.add({ path }, seconds);
  }

  transcribed(model: string, transcript: Transcript): void {
    const { duration, usage, timings, finishReason } = transcript;
    this.#transcripts.add({ model, finish_reason: finishReason });
    this.#audio.add({ model }, duration);
    this.#tokens.add({ model, direction: "input" }, usage.inputTokens);
    this.#tokens.add({ model, direction: "output" }, usage.outputTokens);
    for (const stage of stages) {
      this.#processing.add({ model, stage }, timings[`${stage}Ms`] / 1000);
    }
  }

  connected(kind: SocketKind): Disposable {
    const count = (change: number) =>
      this.#sockets.set(kind, (this.#sockets.get(kind) ?? 0) + change);
    count(1);
    let isOpen = true;
    return {
      [Symbol.dispose]: () => {
        if (isOpen) count(-1);
        isOpen = false;
      },
    };
  }

  render(): string {
    return exposition(this.#metrics);
  }

  #ofModels(name: string, help: string, key: "waiting" | "running" | "live"): Gauge {
    const read = () =>
      this.#models
        .status()
        .map((status): [{ model: string }, number] => [{ model: status.name }, status[key]]);
    return new Gauge(name, help, read);
  }

  /** Of the models that have transcribed something. */
  #factors(): [{ model: string }, number][] {
    return this.#models.status().flatMap(({ name: model }: ModelStatus) => {
      const audio = this.#audio.valueOf({ model });
      const parts = stages.map((stage) => this.#processing.valueOf({ model, stage }));
      const processing = parts.reduce((sum, seconds) => sum + seconds, 0);
      return audio > 0 ? [[{ model }, processing / audio]] : [];
    });
  }
}

const stages = ["audio", "mel", "encode", "prefill", "decode"] as const;

// Under the names that Prometheus's own clients use.
const processMetrics: readonly Metric[] = [
  new Gauge("process_resident_memory_bytes", "Resident memory of the server.", () => [
    [{}, process.memoryUsage.rss()],
  ]),
  new Gauge("process_start_time_seconds", "When the server was started, in Unix time.", () => [
    [{}, performance.timeOrigin / 1000],
  ]),
  new Gauge("bun_asr_uptime_seconds", "How long the server has been running.", () => [
    [{}, process.uptime()],
  ]),
  new Gauge(
    "process_cpu_seconds_total",
    "Processor time of the server.",
    () => {
      const { user, system } = process.cpuUsage();
      return [[{}, (user + system) / 1e6]];
    },
    "counter",
  ),
];
