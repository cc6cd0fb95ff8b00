import { didYouMean } from "../contract/did-you-mean.ts";
import { AsrError } from "../contract/errors.ts";
import { expected, type NumberKind } from "../contract/option-kinds.ts";
import type { Answered } from "./app.ts";
import type { ModelEvent } from "./models/served-model.ts";
import { defaultLimits, type Limits, type WordSource } from "./service/settings.ts";
import type { WyomingAddress } from "./wyoming/listen.ts";

/** What a server is, besides how its models are opened. Every field is optional. */
export interface ServerOptions {
  /**
   * As for `Asr.load`, each under the name that clients choose it by; the first one answers for
   * names that nobody knows. Default: $BUN_ASR_MODEL, else `0.6b`.
   */
  models?: readonly string[] | undefined;
  /** Address to listen at. Default `127.0.0.1`: this machine alone. */
  host?: string | undefined;
  /** 0 takes a free one. Default 8765. */
  port?: number | undefined;
  /**
   * Where to listen for Wyoming, too, which has no keys: whoever reaches the address may use it.
   * Default: nowhere.
   */
  wyoming?: WyomingAddress | undefined;
  /** Keys of which each request must bring one. Default: none is asked for. */
  apiKeys?: readonly string[] | undefined;
  /** Says that other machines may use it without a key. Default false. */
  withoutKey?: boolean | undefined;
  /** Origins of pages that may use it, as in `app://obsidian.md`; `*` for all. Default: its own. */
  allowOrigins?: readonly string[] | undefined;
  /** Names that it may be called by, besides addresses and the names of this machine. */
  allowHosts?: readonly string[] | undefined;
  limits?: Partial<Limits> | undefined;
  /**
   * Where word times come from for clients that do not say it: as the option of `transcribe`.
   * Default `auto`.
   */
  words?: WordSource | undefined;
  /** A model that nobody uses is closed after so many seconds. Default: never. */
  keepAlive?: number | undefined;
  /** Most bytes of the weights of all open models. Default: no limit. */
  maxMemory?: number | undefined;
  /** Is told of each request that was answered. */
  onAnswer?: ((answered: Answered) => void) | undefined;
  /** Is told of faults that end streams, which have their status already. */
  onFault?: ((fault: unknown) => void) | undefined;
  /** Is told when a model is opened and closed. */
  onModel?: ((event: ModelEvent) => void) | undefined;
}

const port: NumberKind = { type: "number", min: 0, max: 65_535, isWhole: true };
const amount: NumberKind = { type: "number", min: 0 };

/**
 * Refuses numbers that are none or out of their range, and limits that there are not: callers in
 * JavaScript can pass anything. Throws AsrError `usage`.
 */
export function checkNumbers(options: ServerOptions): void {
  const { wyoming, keepAlive, maxMemory, limits = {} } = options;
  checkNumber("port", options.port, port);
  checkNumber("wyoming.port", wyoming?.port, port);
  checkNumber("keepAlive", keepAlive, amount);
  checkNumber("maxMemory", maxMemory, amount);
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(defaultLimits, name)) {
      const hint = didYouMean(name, Object.keys(defaultLimits));
      throw new AsrError("usage", `unknown limit "${name}"`, hint);
    }
    checkNumber(`limits.${name}`, value, amount);
  }
}

function checkNumber(name: string, value: unknown, kind: NumberKind): void {
  const wanted = value === undefined ? undefined : expected(kind, value);
  if (wanted === undefined) return;
  throw new AsrError(
    "usage",
    `${name} is ${typeof value === "number" ? value : JSON.stringify(value)}, expected ${wanted}`,
  );
}
