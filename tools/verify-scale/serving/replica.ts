import { ServerProcess } from "../../../ts/testing/server-process.ts";

/** One of the servers behind the proxy, which may be killed, ended and started again. */
export class TestReplica {
  readonly port: number;
  readonly #flags: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  #process: ServerProcess | undefined;

  constructor(port: number, flags: readonly string[], env: Readonly<Record<string, string>>) {
    this.port = port;
    this.#flags = ["--port", `${port}`, "--threads", "1", "--quiet", ...flags];
    this.#env = env;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.#process = await ServerProcess.start(this.#flags, this.#env);
  }

  /** Ends at once, as when a process breaks down. */
  async kill(): Promise<void> {
    await this.#process?.end("SIGKILL");
  }

  /** Ends as a service manager has it; its exit status. */
  async stop(): Promise<number | undefined> {
    return await this.#process?.end("SIGTERM");
  }

  /** A figure of its metrics: the sum of the samples whose lines match. */
  async metric(pattern: RegExp): Promise<number> {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    const values = text.split("\n").filter((line) => pattern.test(line));
    return values.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }
}
