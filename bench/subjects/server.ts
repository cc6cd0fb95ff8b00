import { Asr } from "../../ts/asr.ts";
import { modelFolder } from "../../ts/native/locate.ts";
import { createApp } from "../../ts/server/app.ts";
import type { SocketData } from "../../ts/server/http/route.ts";
import { checkpointOpener } from "../../ts/server/models/opener.ts";
import { ModelPool } from "../../ts/server/models/pool.ts";
import { ServerMetrics } from "../../ts/server/operation/metrics.ts";
import { operationRoutes } from "../../ts/server/operation/routes.ts";
import type { Recognizer } from "../../ts/server/service/models.ts";
import { defaultLimits } from "../../ts/server/service/settings.ts";
import { transcriptions } from "../../ts/server/transcriptions/transcriptions.ts";

// bun run bench/subjects/server.ts FOLDER TOKENS PLACES: a server until its standard input ends. It
// says its port and kernels as JSON on a line. TOKENS is 0 where the model ends by itself.

const [folder = "", tokens = "0", places = "8"] = process.argv.slice(2);
let kernels = "";

/** Random weights do not end, and without chance they repeat themselves, which would be noticed. */
const fixed = { maxTokens: Number(tokens), temperature: 1, seed: 1, language: "en" };

const models = new ModelPool({
  models: [modelFolder(folder)],
  batch: Number(places),
  opener: checkpointOpener(async (found, options): Promise<Recognizer> => {
    const asr = await Asr.load(found, options);
    kernels = asr.info.kernels;
    if (Number(tokens) === 0) return asr;
    return {
      stream: (input, given) => asr.stream(input, { ...given, ...fixed }),
      close: () => asr.close(),
    };
  }),
});
await models.open();
const never = new AbortController().signal;
const app = createApp(
  {
    limits: defaultLimits,
    access: { apiKeys: [], origins: [], hosts: [] },
    models,
    metrics: new ServerMetrics(models),
    draining: never,
    closing: never,
  },
  [...operationRoutes, transcriptions],
);
const server = Bun.serve<SocketData>({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 0,
  maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  fetch: (request, upgrader) => app.fetch(request, upgrader),
  websocket: app.websocket,
});
process.stdout.write(`${JSON.stringify({ port: server.port, kernels })}\n`);
await Bun.stdin.text();
process.exit(0);
