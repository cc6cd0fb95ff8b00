import type { ModelStatus } from "../service/models.ts";
import type { ServerContext } from "../service/service.ts";

/** What a server is ready for, as whoever watches it reads it. */
export interface Health {
  status: "ready" | "loading" | "failed" | "draining";
  models: { name: string; state: ModelStatus["state"]; running: number; live: number }[];
  queue: { running: number; waiting: number; max_waiting: number };
  uptime_seconds: number;
}

/** The status 200 where requests are welcome, else 503; it is never kept waiting by a model. */
export function health(context: ServerContext): Response {
  const models = context.models.status();
  const sum = (key: "running" | "waiting") =>
    models.reduce((total, status) => total + status[key], 0);
  const body: Health = {
    status: statusOf(models, context.ending.aborted),
    models: models.map(({ name, state, running, live }) => ({ name, state, running, live })),
    queue: {
      running: sum("running"),
      waiting: sum("waiting"),
      max_waiting: context.limits.maxWaiting,
    },
    uptime_seconds: Math.round(process.uptime()),
  };
  const status = body.status === "ready" ? 200 : 503;
  return Response.json(body, { status, headers: { "cache-control": "no-store" } });
}

/**
 * One model that can be used is enough. A model that was closed because nobody used it is as good
 * as open: who asks waits for a moment, as while it is opened again.
 */
function statusOf(models: readonly ModelStatus[], isDraining: boolean): Health["status"] {
  if (isDraining) return "draining";
  const isUsable = ({ state, wasLoaded }: ModelStatus) =>
    state === "loaded" || state === "idle" || (state === "loading" && wasLoaded);
  if (models.some(isUsable)) return "ready";
  return models.some(({ state }) => state === "loading") ? "loading" : "failed";
}
