import { resolve } from "node:path";
import { AsrError } from "../../contract/errors.ts";
import type { EngineOptions, HubOptions } from "../../contract/options.ts";
import { defaultModel, parseModelName } from "../../hub/names.ts";
import { demoModel } from "../../native/locate.ts";
import { checkAccess, checkExposure } from "../../server/http/access.ts";
import { checkAddress } from "../../server/listen.ts";
import type { ServerOptions } from "../../server/options.ts";
import type { Access } from "../../server/service/settings.ts";
import type { WyomingAddress } from "../../server/wyoming/listen.ts";
import { readTextFile } from "../files/text-file.ts";
import { isSwitch } from "./bare-values.ts";
import type { Flag, FlagName } from "./flags.ts";
import { givenOptions } from "./option-flags.ts";
import { bytesOf, secondsOf } from "./quantities.ts";
import { type GivenReplicas, ofProxy, replicaHosts } from "./replicas.ts";
import { type ServeFlags, serveFlags } from "./serve-flags.ts";

/** What `serve` is to do. */
export interface ServeArguments {
  server: ServerOptions & EngineOptions & HubOptions;
  /** The one that is opened at the start. */
  model: string;
  drainSeconds: number;
  /** How long nothing but its health tells at first that it ends, in seconds. */
  delaySeconds: number;
  verbose: boolean;
  quiet: boolean;
  /** The flags that start such a server from anywhere, for a unit that is printed instead. */
  unit: { manager: "systemd" | "launchd"; flags: readonly string[] } | undefined;
  /** The servers that a proxy is to stand before, for its configuration that is printed instead. */
  replicas: GivenReplicas | undefined;
}

/** What a command line of `serve` asks for. Throws AsrError `usage`. */
export function serveArguments(given: ServeFlags): ServeArguments {
  const { Limits, Model, Behaviour } = serveFlags;
  const named = given.list("model");
  const models = named.length > 0 ? named : [process.env["BUN_ASR_MODEL"] || defaultModel];
  const keepAlive = given.text("keep-alive") ?? Model["keep-alive"].default;
  const maxMemory = given.text("memory-limit");
  const maxUpload = given.text("max-upload") ?? Limits["max-upload"].default;
  const maxDuration = given.text("max-duration") ?? Limits["max-duration"].default;
  const drainTime = given.text("drain-time") ?? Behaviour["drain-time"].default;
  const drainDelay = given.text("drain-delay") ?? Behaviour["drain-delay"].default;
  const unit = unitFor(given, models);
  const replicas = replicasFor(given, models);
  const { host: hostFlag, port: portFlag } = serveFlags["Where it listens"];
  const [host, withoutKey] = [given.text("host") ?? hostFlag.default, given.has("without-key")];
  const port = given.value("port") ?? portFlag.default;
  const wyoming = wyomingOf(given.text("wyoming"));
  const access: Access = {
    apiKeys: keysOf(given),
    origins: given.list("allow-origin"),
    hosts: given.list("allow-host"),
  };
  // The server would refuse the same: this is before anything is fetched, or a unit is printed
  // that nobody sees start.
  checkAccess(access);
  for (const place of [host, ...(replicas?.hosts ?? [])]) {
    checkExposure(place, access, withoutKey);
  }
  if (unit === undefined && replicas === undefined) {
    checkAddress({ host, port });
    if (wyoming !== undefined) checkAddress({ host: wyoming.hostname, port: wyoming.port });
  }
  return {
    server: {
      models,
      host,
      port,
      wyoming,
      apiKeys: access.apiKeys,
      withoutKey,
      allowOrigins: access.origins,
      allowHosts: access.hosts,
      limits: {
        maxUploadBytes: bytesOf("--max-upload", maxUpload),
        maxSeconds: secondsOf("--max-duration", maxDuration),
        maxWaiting: given.value("queue") ?? Limits.queue.default,
      },
      words: given.value("words"),
      keepAlive: keepAlive === "never" ? undefined : secondsOf("--keep-alive", keepAlive),
      maxMemory: maxMemory === undefined ? undefined : bytesOf("--memory-limit", maxMemory),
      ...givenOptions(given, "load"),
    },
    model: models[0]!,
    drainSeconds: secondsOf("--drain-time", drainTime),
    delaySeconds: secondsOf("--drain-delay", drainDelay),
    verbose: given.has("verbose"),
    quiet: given.has("quiet"),
    unit,
    replicas,
  };
}

function unitFor(given: ServeFlags, models: readonly string[]): ServeArguments["unit"] {
  const manager = given.value("print-unit");
  if (manager === undefined) return undefined;
  checkNoKey(given, "--print-unit", "unit");
  return { manager, flags: flagsFromAnywhere(given, models, ["print-unit"]) };
}

function checkNoKey(given: ServeFlags, flag: string, what: string): void {
  if (!given.has("api-key") && !process.env["BUN_ASR_API_KEY"]) return;
  const message = `${flag} would write the API key into the ${what}`;
  throw new AsrError("usage", message, "put it into a file, for --api-key-file");
}

/** The flags that mean the same wherever the user stands, without some. */
function flagsFromAnywhere(
  given: ServeFlags,
  models: readonly string[],
  without: readonly FlagName<typeof serveFlags>[],
): string[] {
  const flags = Object.values(serveFlags).flatMap((group) => Object.entries<Flag>(group));
  const words = flags.flatMap(([name, flag]) => {
    const own = name as FlagName<typeof serveFlags>;
    if (own === "model" || without.includes(own) || !given.has(own)) return [];
    if (isSwitch(flag)) return [`--${name}`];
    const meant = fromAnywhereBy[name] ?? ((value: string) => value);
    return given.list(own).map((value) => `--${name}=${meant(value)}`);
  });
  return [...models.map((model) => `--model=${fromAnywhere(model)}`), ...words];
}

function replicasFor(given: ServeFlags, models: readonly string[]): GivenReplicas | undefined {
  const onEach = given.value("print-haproxy");
  const hosts = given.list("replica-host");
  if (onEach === undefined) {
    if (hosts.length === 0) return undefined;
    throw new AsrError("usage", "--replica-host is for --print-haproxy");
  }
  if (given.has("print-unit")) {
    throw new AsrError("usage", "--print-unit and --print-haproxy: give one of them");
  }
  checkNoKey(given, "--print-haproxy", "comments of the configuration");
  return {
    onEach,
    hosts: replicaHosts(hosts),
    flags: flagsFromAnywhere(given, models, ofProxy),
  };
}

/** What counts from where the user stands now, by the flag that gives it. */
const fromAnywhereBy: Readonly<Record<string, (value: string) => string>> = {
  "cache-dir": (value) => resolve(value),
  "api-key-file": (value) => resolve(value),
  aligner: (value) => fromAnywhere(value),
};

function fromAnywhere(model: string): string {
  const meant = parseModelName(model);
  return model === demoModel || !("folder" in meant) ? model : resolve(meant.folder);
}

/** Where to listen for Wyoming, as in `10300`, `0.0.0.0:10300` and `[::]:10300`. */
function wyomingOf(text: string | undefined): WyomingAddress | undefined {
  if (text === undefined) return undefined;
  const [, host = "127.0.0.1", digits] = /^(?:(.+):)?(\d+)$/.exec(text) ?? [];
  const port = digits === undefined ? Number.NaN : Number(digits);
  const hostname = host.replace(/^\[(.*)\]$/, "$1");
  if (port <= 65_535) return { hostname, port };
  throw new AsrError("usage", `--wyoming ${text}: expected a port, or HOST:PORT`);
}

/** The keys of the command line, of a file, and of the environment. */
function keysOf(given: ServeFlags): string[] {
  const keys = [...given.list("api-key"), ...given.list("api-key-file").flatMap(keysIn)];
  const ofEnvironment = process.env["BUN_ASR_API_KEY"];
  return ofEnvironment ? [...keys, ofEnvironment] : keys;
}

function keysIn(path: string): string[] {
  const lines = readTextFile(path, "--api-key-file").split(/\r\n|\n|\r/);
  const keys = lines.map((line) => line.trim()).filter((key) => key !== "" && !/^#/.test(key));
  if (keys.length > 0) return keys;
  // Whoever names a file means to ask for keys.
  throw new AsrError("usage", `--api-key-file ${path}: has no key in it`);
}
