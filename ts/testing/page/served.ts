// This folder: the page of the server in Chromium. `./bunw run verify --page` runs what is here.

import { Asr } from "../../asr.ts";
import { createApp } from "../../server/app.ts";
import type { Route } from "../../server/http/route.ts";
import { checkpointOpener } from "../../server/models/opener.ts";
import { ModelPool } from "../../server/models/pool.ts";
import { ServerMetrics } from "../../server/operation/metrics.ts";
import { allRoutes } from "../../server/routes.ts";
import type { ServerContext } from "../../server/service/service.ts";
import { type Access, defaultLimits, type Limits } from "../../server/service/settings.ts";

export interface ServedOptions {
  access?: Partial<Access>;
  limits?: Partial<Limits>;
  /** Come before those of the server. */
  routes?: readonly Route[];
  models?: readonly string[];
  port?: number;
}

/** A server, with the demo model where no others are named, that listens on this machine alone. */
export class Served implements AsyncDisposable {
  readonly #server: Bun.Server<unknown>;
  readonly #models: ModelPool;
  readonly url: string;
  readonly port: number;

  constructor({ access, limits, routes = [], models = ["demo"], port = 0 }: ServedOptions = {}) {
    const bounds = { ...defaultLimits, ...limits };
    this.#models = new ModelPool({
      models,
      opener: checkpointOpener(async (folder, options) => await Asr.load(folder, options)),
      batch: 1,
      maxWaiting: bounds.maxWaiting,
    });
    const never = new AbortController().signal;
    const context: ServerContext = {
      limits: bounds,
      words: "auto",
      aligner: undefined,
      access: { apiKeys: [], origins: [], hosts: [], ...access },
      models: this.#models,
      metrics: new ServerMetrics(this.#models),
      report: () => {},
      ending: never,
      draining: never,
      closing: never,
    };
    const own = allRoutes();
    const replaced = new Set(routes.map(({ path }) => path));
    const app = createApp(context, [...routes, ...own.filter(({ path }) => !replaced.has(path))]);
    this.#server = Bun.serve({
      hostname: "127.0.0.1",
      port,
      idleTimeout: 0,
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      fetch: (request, server) => app.fetch(request, server),
      websocket: app.websocket,
    });
    this.port = this.#server.port ?? 0;
    this.url = `http://127.0.0.1:${this.port}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.stop(true);
    await this.#models.close();
  }
}
