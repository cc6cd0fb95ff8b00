import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Item, Row } from "../../ts/batch/item.ts";
import { FolderOutput } from "../../ts/batch/output/folder-output.ts";
import { openOutput } from "../../ts/batch/output/open.ts";
import { partKey, planKey, writePlan } from "../../ts/batch/plan.ts";
import { environmentPython, ray } from "../environment.ts";
import { root } from "../folders.ts";
import { toStderr } from "../setup.ts";

// Archives with a stand-in for the worker, which answers by the clock: 200 items of 0.3 s in 25
// shards, one of which ends its process, and one of which is an error.

const items = 200;
const shardItems = 8;
const crashes = 57;
const fails = 133;

/** What a run on a cluster of loopback has seen, as `cluster.py` writes it. */
export interface Seen {
  status: number;
  /** Until the cluster was there, and from then on. */
  start_s: number;
  seconds: number;
  /** Of the processor, by what looks on in the driver's process. */
  watch_cpu_s: number;
  /** PSS of all but the workers; RSS of the driver with what plays the cluster. */
  megabytes: number;
  driver_megabytes: number;
  processes: number;
  /** Addresses in hexadecimal, as the kernel has them. */
  listeners: string[];
  suspects: string[];
  killed_at: number | null;
  added_at: number | null;
  tally: {
    done: number;
    unfinished: number[];
    ran: number;
    restarts: number;
    losses: number;
    most_in_flight: number;
    was_done: number;
    log: number;
    /** Of the processor, by the driver's loop. */
    cpu_s: number;
  };
}

export interface Asked {
  nodes?: number;
  killNodeAt?: number;
  killAllAt?: number;
  addNodeAt?: number;
  /** Seconds from one look at memory and listeners to the next; default 3. */
  lookEvery?: number;
  /** Seconds of each item; default 0.3. */
  seconds?: number;
  driver?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** In place of the stand-in. */
  worker?: string;
}

export const dummyWorker = join(import.meta.dir, "dummy_worker.py");

/** An archive, and what runs on it see; its folder goes when it is disposed of. */
export class PlayedArchive implements Disposable {
  readonly folder = mkdtempSync(join(root, ".cache/played-"));
  /** A folder, or a place in S3. */
  readonly out: string;
  /** A line for each item that a worker was given. */
  readonly log = join(this.folder, "log");
  #runs = 0;

  constructor(out?: string) {
    this.out = out ?? join(this.folder, "out");
  }

  /** Plans the usual 200 items, or those of these kinds in shards of `shardItems`. */
  async plan(kinds: readonly string[] = usualKinds(), perShard = shardItems): Promise<void> {
    const all: Item[] = kinds.map((kind, n) => {
      return { id: String(n).padStart(4, "0"), audio: kind, duration_s: 0.3 };
    });
    const shards = Array.from({ length: Math.ceil(all.length / perShard) }, (_, n) => {
      const own = all.slice(n * perShard, (n + 1) * perShard);
      return { items: own, seconds: 0.3 * own.length };
    });
    const manifest = { path: "/nowhere", sha256: "played", items: all.length };
    const basis = { manifest, model: "demo", weights: "", options: [], shard_minutes: 1 };
    await writePlan(openOutput(this.out), basis, shards);
  }

  /** Plans shards of an item, of which all but the first `left` have an empty part already. */
  async planOfMany(shards: number, left: number): Promise<void> {
    await this.plan(
      Array.from({ length: left }, () => "ok"),
      1,
    );
    const file = join(this.out, planKey);
    const plan = JSON.parse(readFileSync(file, "utf8"));
    const shard_items = Array.from({ length: shards }, () => 1);
    const shard_seconds = Array.from({ length: shards }, () => 0.3);
    writeFileSync(file, JSON.stringify({ ...plan, shards, shard_items, shard_seconds }));
    mkdirSync(join(this.out, "parts"), { recursive: true });
    for (let shard = left; shard < shards; shard++) {
      writeFileSync(join(this.out, partKey(shard)), "");
    }
  }

  /** Runs a driver on a cluster of loopback; undefined where it was killed with it. */
  async run(asked: Asked = {}): Promise<Seen | undefined> {
    const result = join(this.folder, `run-${++this.#runs}.json`);
    const python = await environmentPython(ray, toStderr);
    const worker = asked.worker ?? `${python} ${dummyWorker}`;
    const driver = ["--out", this.out, "--worker", worker, ...(asked.driver ?? [])];
    const command = [
      ...["nice", python, join(import.meta.dir, "cluster.py"), "--result", result],
      ...["--log", this.log, `--nodes=${asked.nodes ?? 3}`],
      ...flag("kill-node-at", asked.killNodeAt),
      ...flag("kill-all-at", asked.killAllAt),
      ...flag("add-node-at", asked.addNodeAt),
      ...flag("look-every", asked.lookEvery),
      ...driver.map((word) => `--driver=${word}`),
    ];
    const env = {
      ...process.env,
      PYTHONDONTWRITEBYTECODE: "1",
      DUMMY_SECONDS: String(asked.seconds ?? 0.3),
      DUMMY_LOG: this.log,
      ...asked.env,
    };
    const begun = this.given().length;
    for (let attempt = 1; ; attempt++) {
      const child = Bun.spawn(command, { env, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
      const said = await child.stderr.text();
      await child.exited;
      if (existsSync(result)) return JSON.parse(readFileSync(result, "utf8"));
      if (this.given().length >= (asked.killAllAt ?? Number.POSITIVE_INFINITY)) return undefined;
      // Ray waits half a minute for a node, which a busy machine may not be enough for.
      if (this.given().length === begun && attempt < attempts && isLate.test(said)) continue;
      throw new Error(`the cluster broke off: ${said.slice(-800)}`);
    }
  }

  /** The ids that workers were given, in their order. */
  given(): string[] {
    if (!existsSync(this.log)) return [];
    const lines = readFileSync(this.log, "utf8").trimEnd().split("\n");
    return lines.map((line) => line.split(" ")[0]!);
  }

  /** The parts that are there, each with when it was written. */
  parts(): Map<string, number> {
    const folder = join(this.out, "parts");
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return new Map(names.map((name) => [name, statSync(join(folder, name)).mtimeMs]));
  }

  async rows(): Promise<Row[]> {
    const output = this.out.startsWith("s3:") ? openOutput(this.out) : new FolderOutput(this.out);
    const names = (await output.names("parts")).sort();
    const texts = await Promise.all(names.map((name) => output.get(`parts/${name}`)));
    return texts.flatMap((text = "") => text.trimEnd().split("\n")).map((line) => JSON.parse(line));
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const attempts = 3;
const isLate = /timed out during startup/;

function flag(name: string, value: number | undefined): string[] {
  return value === undefined ? [] : [`--${name}=${value}`];
}

function usualKinds(): string[] {
  return Array.from({ length: items }, (_, n) => {
    return n === crashes ? "crash" : n === fails ? "bad" : "ok";
  });
}

/** What 200 items have to become: each a row, and two of them errors. */
export function counted(rows: readonly Row[]) {
  const ids = new Set(rows.map(({ id }) => id));
  const errors = rows.filter((row) => "error" in row).length;
  const good = rows.length === items && ids.size === items && errors === 2;
  const twice = rows.length - ids.size;
  const figures = `${rows.length} rows, ${ids.size} ids, ${twice} twice, ${errors} errors`;
  return { good, figures };
}

/** Items that a worker was given again: all but the two tries alone of the one that crashes. */
export function ranAgain(given: readonly string[]): number {
  const others = given.filter((id) => Number(id) !== crashes);
  return others.length - new Set(others).size;
}

export const slots = 3;
/** What three nodes have in hand. */
export const maxAgain = slots * shardItems;
