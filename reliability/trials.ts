import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../tools/folders.ts";
import type { CheckModule, Failure, Findings, Trials } from "./check.ts";
import { randomOf } from "./random.ts";

/** Where inputs that failed are kept. */
export const failuresFolder = join(root, ".cache/reliability/failures");

/** What a run of a check is given. */
export interface RunOptions {
  /** Its module. */
  path: string;
  seed: number;
  inputs: number;
}

const pollMs = 100;
const maxFailures = 100;

/**
 * Runs a check: its inputs are tried in a child process, and after a crash or a hang by the next
 * one from there on. Keeps the inputs that failed.
 */
export async function runCheck({ path, seed, inputs }: RunOptions): Promise<Findings> {
  const module: CheckModule = await import(path);
  const started = performance.now();
  const failures: Failure[] = [];
  let figures: string[] = [];
  for (let from = 0; from < inputs && failures.length < maxFailures; ) {
    const found = await tryFrom(module, { path, seed, inputs }, from);
    failures.push(...found.failures);
    figures = found.figures;
    from = found.next;
  }
  await keep(module, seed, failures);
  return { inputs, failures, figures, seconds: (performance.now() - started) / 1000 };
}

/** One child: `next` is the first input that it did not try. */
async function tryFrom({ check }: CheckModule, options: RunOptions, from: number) {
  const { path, seed, inputs } = options;
  const scratch = mkdtempSync(join(tmpdir(), "bun-asr-reliability-"));
  const progress = join(scratch, "progress");
  try {
    const script = join(import.meta.dir, "trials-child.ts");
    const folder = join(scratch, "inputs");
    mkdirSync(folder);
    const range = [seed, from, inputs].map(String);
    const words = [script, path, ...range, progress, folder];
    const child = Bun.spawn([process.execPath, ...words], {
      cwd: root,
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const ended = Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
    const isHung = await watch(child, progress, check.hangMs ?? 60_000, from);
    const [out, errors, status] = await ended;
    const lines = out
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map(parse);
    const failures: Failure[] = lines.flatMap(({ index, why }) =>
      index === undefined ? [] : [{ index, kind: "wrong" as const, why: why ?? "" }],
    );
    const figures = lines.find((line) => line.figures !== undefined)?.figures ?? [];
    if (status === 0 && !isHung) return { failures, figures, next: inputs };
    const index = numberIn(progress) ?? from;
    const last = errors.trim().split("\n").slice(-12).join("\n");
    const why = isHung ? "no answer in time" : `ended with ${child.signalCode ?? status}: ${last}`;
    failures.push({ index, kind: isHung ? "hang" : "crash", why });
    return { failures, figures, next: index + 1 };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Ends a child that stays too long at one input; true if it had to. */
async function watch(
  child: Bun.Subprocess,
  progress: string,
  hangMs: number,
  from: number,
): Promise<boolean> {
  let [at, since] = [from, performance.now()];
  while (child.exitCode === null && child.signalCode === null) {
    await Bun.sleep(pollMs);
    const now = numberIn(progress) ?? from;
    if (now !== at) [at, since] = [now, performance.now()];
    if (performance.now() - since < hangMs) continue;
    child.kill("SIGKILL");
    return true;
  }
  return false;
}

function numberIn(progress: string): number | undefined {
  try {
    return readFileSync(progress).readUInt32LE(0);
  } catch {
    return undefined;
  }
}

function parse(line: string): { index?: number; why?: string; figures?: string[] } {
  return JSON.parse(line);
}

/** Writes the inputs that failed, with what happened, to where they stay. */
async function keep(module: CheckModule, seed: number, failures: readonly Failure[]) {
  if (failures.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), "bun-asr-reliability-"));
  mkdirSync(failuresFolder, { recursive: true });
  try {
    const trials = (await module.open(folder)) as Trials;
    for (const { index, kind, why } of failures) {
      const input = trials.input(randomOf(seed, module.check.number, index), index);
      const name = join(failuresFolder, `${module.check.number}-${seed}-${index}`);
      writeFileSync(`${name}.${kind}.txt`, `${why}\n`);
      writeFileSync(`${name}.input`, bytesOf(input));
    }
    await trials.close?.();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function bytesOf(input: unknown): Uint8Array | string {
  if (input instanceof Uint8Array || typeof input === "string") return input;
  return JSON.stringify(input, null, 2);
}
