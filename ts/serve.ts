import { Asr } from "./asr.ts";
import { checkOption, checkOptions } from "./contract/option-checks.ts";
import type { EngineOptions, HubOptions, Progress } from "./contract/options.ts";
import { checkpointOpener } from "./server/models/opener.ts";
import type { ServerOptions } from "./server/options.ts";
import { Server } from "./server/server.ts";

export type { Answered } from "./server/app.ts";
export type { ModelEvent } from "./server/models/served-model.ts";
export type { ServerOptions } from "./server/options.ts";
export { Server } from "./server/server.ts";
export type { Limits } from "./server/service/settings.ts";
export type { WyomingAddress } from "./server/wyoming/listen.ts";

/** Options of a server, and those with which its models are found and opened. */
export interface ServeOptions extends ServerOptions, EngineOptions, HubOptions {
  /** Is told how far a download is, or the opening of a model. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Serves models to OpenAI's clients, as `bun-asr serve` does. It listens when the call returns;
 * a model is opened when it is first asked for, or with `open`.
 *
 * @example
 * await using server = serve({ models: ["demo"], port: 0 });
 * await server.open();
 * console.log(server.url.href, server.models);
 */
export function serve(options: ServeOptions = {}): Server {
  const {
    models,
    host,
    port,
    wyoming,
    apiKeys,
    withoutKey,
    allowOrigins,
    allowHosts,
    limits,
    words,
    keepAlive,
    maxMemory,
    onAnswer,
    onFault,
    onModel,
    ...load
  } = options;
  // A misspelt option must not pass silently.
  checkOptions(load, "load", "serve");
  if (words !== undefined) checkOption("words", words);
  return new Server(options, checkpointOpener(Asr.load, load), load);
}
