import type { Transcript } from "../contract/transcript.ts";
import { type Answered, type App, createApp } from "../server/app.ts";
import type { Problem } from "../server/http/problem.ts";
import type { Route } from "../server/http/route.ts";
import type { Loan, ModelStatus, Models, Recognizer } from "../server/service/models.ts";
import type { Metrics, ServerContext } from "../server/service/service.ts";
import {
  type Access,
  defaultLimits,
  type Limits,
  type WordSource,
} from "../server/service/settings.ts";
import { type Script, ScriptedRecognizer } from "./recognizer.ts";

/** What a server is pretended to have. */
export interface ServerScript {
  /** What every recording holds; by default one chunk with `hello world`. */
  script?: Script;
  /** What hears instead of the script. */
  hearing?: Recognizer;
  names?: readonly string[];
  limits?: Partial<Limits>;
  /** As the server's option. */
  words?: WordSource;
  access?: Partial<Access>;
}

/** A server of some routes over a scripted recognizer, without a socket. */
export interface ScriptedServer {
  app: App;
  context: ServerContext;
  models: ScriptedModels;
  recognizer: ScriptedRecognizer;
  metrics: RecordedMetrics;
  /** What a log would be told. */
  answered: Answered[];
  /** What whoever runs the server would be told of. */
  faults: unknown[];
  /** Makes `context.ending`, `context.draining` and `context.closing` abort. */
  end: AbortController;
  drain: AbortController;
  close: AbortController;
}

export function scriptedServer(
  routes: readonly Route[],
  {
    script = { chunks: ["hello world"] },
    hearing,
    names,
    limits,
    words = "auto",
    access,
  }: ServerScript = {},
): ScriptedServer {
  const recognizer = new ScriptedRecognizer({ "*": script });
  const models = new ScriptedModels(hearing ?? recognizer, names);
  const [end, drain, close] = Array.from({ length: 3 }, () => new AbortController()) as [
    AbortController,
    AbortController,
    AbortController,
  ];
  const metrics = new RecordedMetrics();
  const faults: unknown[] = [];
  const context: ServerContext = {
    limits: { ...defaultLimits, ...limits },
    words,
    aligner: undefined,
    access: { apiKeys: [], origins: [], hosts: [], ...access },
    models,
    metrics,
    report: (fault) => void faults.push(fault),
    ending: end.signal,
    draining: drain.signal,
    closing: close.signal,
  };
  const answered: Answered[] = [];
  const app = createApp(context, routes, (one) => void answered.push(one));
  return { app, context, models, recognizer, metrics, answered, faults, end, drain, close };
}

/** One recognizer under all names, as often as it is asked for. */
export class ScriptedModels implements Models {
  readonly names: readonly string[];
  readonly aliases: readonly string[] = ["whisper-1"];
  readonly #recognizer: Recognizer;
  /** How many loans were not given back yet. */
  lent = 0;

  constructor(recognizer: Recognizer, names: readonly string[] = ["demo"]) {
    this.#recognizer = recognizer;
    this.names = names;
  }

  nameOf(asked: string | undefined): string {
    return (asked && this.find(asked)) || this.names[0]!;
  }

  find(asked: string): string | undefined {
    return this.aliases.includes(asked) ? this.names[0] : this.names.find((name) => name === asked);
  }

  /** What every model says of its languages. */
  languages: readonly string[] | undefined;

  /** What `checkRoom` throws. */
  refusal: Problem | undefined;

  checkRoom(): void {
    if (this.refusal !== undefined) throw this.refusal;
  }

  async borrow(asked: string | undefined, signal: AbortSignal): Promise<Loan> {
    signal.throwIfAborted();
    this.lent++;
    return {
      name: this.nameOf(asked),
      recognizer: this.#recognizer,
      [Symbol.dispose]: () => void this.lent--,
    };
  }

  status(): readonly ModelStatus[] {
    const counts = { running: this.lent, live: 0, waiting: 0, bytes: 1, wasLoaded: true };
    const { languages } = this;
    return this.names.map((name) => ({ name, state: "loaded", ...counts, languages }));
  }

  async close(): Promise<void> {
    await this.#recognizer.close();
  }
}

/** Remembers what was counted. */
export class RecordedMetrics implements Metrics {
  readonly answers: { path: string; status: number; seconds: number }[] = [];
  /** Connections that are open. */
  sockets = 0;
  readonly transcripts: { model: string; transcript: Transcript }[] = [];

  answered(path: string, status: number, seconds: number): void {
    this.answers.push({ path, status, seconds });
  }

  transcribed(model: string, transcript: Transcript): void {
    this.transcripts.push({ model, transcript });
  }

  connected(): Disposable {
    this.sockets++;
    return { [Symbol.dispose]: () => void this.sockets-- };
  }

  render(): string {
    return "";
  }
}

/** What the body of a refused request says, in OpenAI's form. */
export async function errorOf(response: Response): Promise<Problem["body"]["error"]> {
  const body: unknown = await response.json();
  return (body as Problem["body"]).error;
}
