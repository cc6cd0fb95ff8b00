import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { demoSample } from "../ts/native/locate.ts";
import { ServerProcess } from "../ts/testing/server-process.ts";

/** What a server holds. */
export interface Holdings {
  residentMb: number;
  descriptors: number;
  threads: number;
  temporaryFiles: number;
}

/** The text of the sample. */
export const sampleText =
  "Turn on the light in the kitchen. The train to Boston leaves at seven thirty.";

/** A server with the demo model that is looked into from outside; Linux alone. */
export class Served implements AsyncDisposable {
  readonly #server: ServerProcess;
  readonly #temporary: string;
  readonly #sample: Blob;

  private constructor(server: ServerProcess, temporary: string, sample: Blob) {
    this.#server = server;
    this.#temporary = temporary;
    this.#sample = sample;
  }

  /** Starts one whose temporary files lie in a folder of their own in `folder`. */
  static async start(folder: string, flags: readonly string[] = []): Promise<Served> {
    const temporary = join(folder, "temporary");
    mkdirSync(temporary, { recursive: true });
    const server = await ServerProcess.start(flags, { TMPDIR: temporary });
    return new Served(server, temporary, new Blob([await Bun.file(demoSample).bytes()]));
  }

  get url(): string {
    return this.#server.url;
  }

  /** Sends a recording, the sample unless another is given, with these fields. */
  async send(
    fields: Readonly<Record<string, string>> = {},
    { file = this.#sample, signal }: { file?: Blob; signal?: AbortSignal } = {},
  ): Promise<Response> {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    body.append("file", file, "talk.wav");
    const url = `${this.url}/v1/audio/transcriptions`;
    return await fetch(url, { method: "POST", body, ...(signal ? { signal } : {}) });
  }

  holdings(): Holdings {
    const process = `/proc/${this.#server.pid}`;
    const status = readFileSync(`${process}/status`, "utf8");
    return {
      residentMb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1000,
      descriptors: readdirSync(`${process}/fd`).length,
      threads: readdirSync(`${process}/task`).length,
      temporaryFiles: readdirSync(this.#temporary).length,
    };
  }

  /** Begins to look for the most memory that it takes. */
  resetPeak(): void {
    writeFileSync(`/proc/${this.#server.pid}/clear_refs`, "5");
  }

  /** The most memory that it took since then. */
  peakMb(): number {
    const status = readFileSync(`/proc/${this.#server.pid}/status`, "utf8");
    return Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) / 1000;
  }

  /** How many recordings and live streams are at work, or wait, as the server tells. */
  async atWork(): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const values = text.matchAll(
      /^bun_asr_(?:running|queue_waiting|live_streams|sockets)\{.*\} (\d+)$/gm,
    );
    return Array.from(values, ([, value]) => Number(value)).reduce((sum, one) => sum + one, 0);
  }

  /** Milliseconds until nothing is at work any more; undefined where that takes too long. */
  async idleAfter(maxMs: number): Promise<number | undefined> {
    const started = performance.now();
    for (;;) {
      const isIdle = (await this.atWork()) === 0 && this.holdings().temporaryFiles === 0;
      const elapsed = performance.now() - started;
      if (isIdle) return elapsed;
      if (elapsed > maxMs) return undefined;
      await Bun.sleep(5);
    }
  }

  /** Ends it as a service manager does; its exit status. */
  async end(): Promise<number> {
    return await this.#server.end("SIGTERM");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}
