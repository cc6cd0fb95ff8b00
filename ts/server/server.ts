import { setTimeout as waiting } from "node:timers/promises";
import type { EngineOptions } from "../contract/options.ts";
import { defaultModel } from "../hub/names.ts";
import { createApp } from "./app.ts";
import { checkAccess, checkExposure } from "./http/access.ts";
import { Listener, reachedAt } from "./listen.ts";
import { namedModels } from "./models/names.ts";
import type { Opener } from "./models/opener.ts";
import { ModelPool } from "./models/pool.ts";
import { closed } from "./models/refusals.ts";
import { ServerMetrics } from "./operation/metrics.ts";
import { checkNumbers, type ServerOptions } from "./options.ts";
import { allRoutes } from "./routes.ts";
import type { ServerContext } from "./service/service.ts";
import { type Access, defaultLimits } from "./service/settings.ts";
import { listenWyoming, type WyomingListener } from "./wyoming/listen.ts";

/** How often it is looked whether all was answered, in milliseconds. */
const drainStepMs = 50;

/** How long answers may take to leave when the server does not wait any longer, in milliseconds. */
const partingMs = 2000;

/** What of the engine's options concerns clients, too. */
type EngineSettings = Pick<EngineOptions, "batch" | "aligner">;

/** A server that listens. */
export class Server implements AsyncDisposable {
  readonly #listener: Listener;
  readonly #wyoming: WyomingListener | undefined;
  readonly #models: ModelPool;
  readonly #ending = new AbortController();
  readonly #draining = new AbortController();
  readonly #closing = new AbortController();
  /** Aborted when those that are served are not waited for any longer. */
  readonly #hurry = new AbortController();
  #stopped: Promise<void> | undefined;

  /** Listens at once. Throws AsrError `usage` where it cannot, and for what cannot be meant. */
  constructor(options: ServerOptions, opener: Opener, { batch, aligner }: EngineSettings = {}) {
    checkNumbers(options);
    const [named] = namedModels(aligner === undefined ? [] : [aligner]);
    const { host = "127.0.0.1", port = 8765, withoutKey = false } = options;
    const limits = { ...defaultLimits, ...options.limits };
    const access: Access = {
      apiKeys: options.apiKeys ?? [],
      origins: options.allowOrigins ?? [],
      hosts: options.allowHosts ?? [],
    };
    checkAccess(access);
    checkExposure(host, access, withoutKey);
    this.#models = new ModelPool({
      models: options.models ?? [process.env["BUN_ASR_MODEL"] || defaultModel],
      opener,
      batch,
      maxWaiting: limits.maxWaiting,
      keepAlive: options.keepAlive,
      maxMemory: options.maxMemory,
      onEvent: options.onModel,
    });
    const context: ServerContext = {
      limits,
      words: options.words ?? "auto",
      aligner: named?.name,
      access: { ...access, hosts: [host, ...access.hosts] },
      models: this.#models,
      metrics: new ServerMetrics(this.#models),
      report: (fault) => options.onFault?.(fault),
      ending: this.#ending.signal,
      draining: this.#draining.signal,
      closing: this.#closing.signal,
    };
    this.#listener = new Listener(createApp(context, allRoutes(), options.onAnswer), {
      host,
      port,
    });
    try {
      this.#wyoming = options.wyoming && listenWyoming(context, options.wyoming);
    } catch (error) {
      void this.#listener.close();
      throw error;
    }
  }

  /** Where it is reached; `/v1` below it is what OpenAI's clients call their base URL. */
  get url(): URL {
    return this.#listener.url;
  }

  /** Where it is reached by Wyoming, as `tcp://127.0.0.1:10300`; undefined where it is not. */
  get wyomingUrl(): URL | undefined {
    return this.#wyoming && reachedAt("tcp", this.#wyoming.hostname, this.#wyoming.port);
  }

  /** The names of its models, as clients see them. */
  get models(): readonly string[] {
    return this.#models.names;
  }

  /**
   * Opens the first model, so that nobody waits for it. Throws as `Asr.load` does. Without this
   * call models are opened when somebody asks for them.
   */
  async open(): Promise<void> {
    await this.#models.open();
  }

  /**
   * Takes nothing new, finishes what runs, for so many seconds at most, and closes all. With
   * `delaySeconds` only its health says at first that it ends, for so long: a proxy that watches
   * it sends what comes to others before anything is refused. A second call shortens the time of
   * the first.
   */
  async stop(seconds = 30, delaySeconds = 0): Promise<void> {
    this.#stopped ??= this.#drain(delaySeconds);
    const timer = setTimeout(() => this.#hurry.abort(), 1000 * (delaySeconds + seconds));
    await this.#stopped;
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop(0);
  }

  async #drain(delaySeconds: number): Promise<void> {
    this.#ending.abort();
    const [delay, { signal }] = [1000 * delaySeconds, this.#hurry];
    if (delay > 0) await waiting(delay, undefined, { signal }).catch(() => undefined);
    this.#draining.abort();
    await this.#idle(this.#hurry.signal);
    this.#closing.abort(closed());
    await this.#models.close();
    await this.#idle(AbortSignal.timeout(partingMs));
    this.#wyoming?.close();
    await this.#listener.close();
  }

  /** Waits until all requests are answered and all connections closed, or the signal comes. */
  async #idle(signal: AbortSignal): Promise<void> {
    const isBusy = () => this.#listener.isBusy || this.#wyoming?.isBusy === true;
    while (!signal.aborted && isBusy()) await Bun.sleep(drainStepMs);
  }
}
