// This folder: servers behind the proxy that `serve --print-haproxy` configures, and who uses them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serveCommand } from "../../../ts/cli/commands/serve.ts";
import { metricsPlace } from "../../../ts/cli/terminal/haproxy.ts";
import { AsrError } from "../../../ts/contract/errors.ts";
import { outcomeOf } from "../../../ts/testing/recorded-terminal.ts";
import { until } from "../../../ts/testing/until.ts";
import { freePorts } from "./free-ports.ts";
import { TestReplica } from "./replica.ts";

export interface FleetOptions {
  /** Recordings that each replica transcribes at once. Default 2. */
  places?: number;
  /** In place of the 60 s that requests may wait in the proxy, in seconds. */
  queueSeconds?: number;
  /** Variables of the replicas. */
  env?: Readonly<Record<string, string>>;
}

const count = 3;

/** Three replicas with the demo model, and HAProxy as it is configured for them. */
export class Fleet implements AsyncDisposable {
  readonly replicas: readonly TestReplica[];
  readonly url: string;
  readonly wyomingPort: number;
  readonly #proxy: Bun.Subprocess;
  readonly #folder: string;

  private constructor(
    replicas: readonly TestReplica[],
    proxy: Bun.Subprocess,
    ports: { http: number; wyoming: number },
    folder: string,
  ) {
    this.replicas = replicas;
    this.#proxy = proxy;
    this.url = `http://127.0.0.1:${ports.http}`;
    this.wyomingPort = ports.wyoming;
    this.#folder = folder;
  }

  /** Starts all, replicas first, and waits until the proxy passes something on. */
  static async start({ places = 2, queueSeconds = 60, env = {} }: FleetOptions = {}) {
    const program = haproxy();
    const [http = 0, wyoming = 0, metrics = 0] = freePorts([count + 1, count + 1, 1]);
    const flags = ["--batch", `${places}`];
    const config = await printed(["-p", `${http}`, "--wyoming", `${wyoming}`, ...flags]);
    const folder = mkdtempSync(join(tmpdir(), "bun-asr-fleet-"));
    const path = join(folder, "haproxy.cfg");
    const own = config
      .replaceAll(`${metricsPlace.host}:${metricsPlace.port}`, `127.0.0.1:${metrics}`)
      .replace("timeout queue 60s", `timeout queue ${queueSeconds}s`);
    writeFileSync(path, own);
    const replicas = Array.from({ length: count }, (_, index) => {
      const delay = ["--drain-delay", "5s", "--wyoming", `${wyoming + 1 + index}`];
      return new TestReplica(http + 1 + index, [...flags, ...delay], env);
    });
    await Promise.all(replicas.map((replica) => replica.start()));
    const pipes = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
    const proxy = Bun.spawn([program, "-db", "-f", path], pipes);
    const fleet = new Fleet(replicas, proxy, { http, wyoming }, folder);
    await until(async () => (await fleet.#ask("/health")) === 200, 15);
    return fleet;
  }

  /** The most memory that the proxy has had, in MB. */
  get proxyMegabytes(): number {
    const status = readFileSync(`/proc/${this.#proxy.pid}/status`, "latin1");
    return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1]) / 1000;
  }

  /** How many recordings each replica has transcribed. */
  async shares(): Promise<number[]> {
    return await Promise.all(
      this.replicas.map((replica) => replica.metric(/^bun_asr_transcripts_total\{/)),
    );
  }

  async #ask(path: string): Promise<number> {
    return await fetch(this.url + path).then(
      ({ status }) => status,
      () => 0,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#proxy.kill("SIGKILL");
    await Promise.all([this.#proxy.exited, ...this.replicas.map((replica) => replica.kill())]);
    rmSync(this.#folder, { recursive: true });
  }
}

/** Throws AsrError `usage` where it is not installed. */
function haproxy(): string {
  const found = process.env["HAPROXY"] || Bun.which("haproxy") || Bun.which("/usr/sbin/haproxy");
  if (found) return found;
  const hint = "install it (Debian: apt install haproxy), or set HAPROXY to its path";
  throw new AsrError("usage", "HAProxy was not found", hint);
}

async function printed(flags: readonly string[]): Promise<string> {
  const { status, out, notes } = await outcomeOf((terminal) =>
    serveCommand.run(["-m", "demo", "--print-haproxy", `${count}`, ...flags], terminal),
  );
  if (status !== 0) throw new AsrError("usage", notes.trim());
  return out;
}
