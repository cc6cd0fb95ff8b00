// This folder: what those ask who run a server: is it well, what does it serve, how much was done.

import type { Route } from "../http/route.ts";
import { expositionType } from "./exposition.ts";
import { health } from "./health.ts";
import { listModels, retrieveModel } from "./model-list.ts";

/** `/health`, `/models`, `/models/{id}` and `/metrics`. */
export const operationRoutes: readonly Route[] = [
  { path: "/health", isPublic: true, methods: { GET: (_, context) => health(context) } },
  { path: "/models", methods: { GET: listModels } },
  { path: "/models/*", methods: { GET: retrieveModel } },
  {
    path: "/metrics",
    methods: {
      GET: (_, { metrics }) =>
        new Response(metrics.render(), { headers: { "content-type": expositionType } }),
    },
  },
];
