import { join } from "node:path";

const program = join(import.meta.dir, "../cli/main.ts");

/** A server as a user starts it, in a process of its own, on a port that the system chose. */
export class ServerProcess implements AsyncDisposable {
  readonly #child: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #output: string[];
  /** As in `http://127.0.0.1:51234`. */
  readonly url: string;

  private constructor(
    child: Bun.Subprocess<"ignore", "pipe", "pipe">,
    output: string[],
    url: string,
  ) {
    this.#child = child;
    this.#output = output;
    this.url = url;
  }

  /**
   * Starts `bun-asr serve` with the demo model, and waits until it says where it listens. With
   * `detached` it leads a process group of its own, as a job of a terminal does; `maxFiles` is how
   * many files and connections it may have open.
   */
  static async start(
    flags: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    { detached = false, maxFiles }: { detached?: boolean; maxFiles?: number } = {},
  ): Promise<ServerProcess> {
    const command = ["serve", "--model", "demo", "--port", "0", ...flags];
    const limit = maxFiles === undefined ? "" : `ulimit -n ${maxFiles}; `;
    const run = ["sh", "-c", `${limit}exec "$@"`, "sh", process.execPath, program];
    const child = Bun.spawn([...run, ...command], {
      env: { ...process.env, ...env },
      detached,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const output: string[] = [];
    const url = await new Promise<string>((resolve, reject) => {
      const gather = async (stream: ReadableStream<Uint8Array>) => {
        const decoder = new TextDecoder();
        for await (const bytes of stream) {
          output.push(decoder.decode(bytes, { stream: true }));
          const found = /https?:\/\/[\w.[\]:]+:\d+/.exec(output.join(""));
          if (found !== null) resolve(found[0]);
        }
      };
      void Promise.all([gather(child.stdout), gather(child.stderr)]).then(() =>
        reject(new Error(`the server ended before it listened: ${output.join("")}`)),
      );
    });
    return new ServerProcess(child, output, url);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** All that it printed so far. */
  get output(): string {
    return this.#output.join("");
  }

  /** Its exit status, when it ends. */
  get ended(): Promise<number> {
    return this.#child.exited;
  }

  /** Sends a signal and waits for the exit status. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number> {
    this.#child.kill(signal);
    return await this.#child.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }
}
