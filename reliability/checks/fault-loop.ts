import { join } from "node:path";
import type { Check, Random, Trials } from "../check.ts";
import { compiledNative, linked, preloaded, withoutClang } from "../compiler.ts";
import { driveArguments } from "../prompt.ts";
import { between } from "../random.ts";

export const check: Check = {
  number: 14,
  title: "calls of the system that fail",
  tries:
    "the n-th open, read, mmap or new thread of opening the demo and of one transcription " +
    "fails, each n: an error with a reason, or success, never a signal",
  inputs: 400,
  inputsOfTest: 0,
  notRun: withoutClang,
};

type Kind = "open" | "read" | "mmap" | "thread" | "malloc";
type Fault = { kind: Kind; number: number };

const kinds: Kind[] = ["open", "read", "mmap", "thread"];
/** Allocations that fail are tried, and told, but are no inputs: see `figures`. */
const mallocs = 60;

/** Transcribes by C functions, in processes where one call fails. */
export async function open(folder: string): Promise<Trials<Fault>> {
  const drive = await compiledNative("drive.c", linked());
  const shim = await compiledNative("faults.c", preloaded);
  const words = [drive, ...(await driveArguments(folder))];
  const count = join(folder, "count");

  async function run(kind: Kind, number: number) {
    const fault = { FAULT_CALL: kind, FAULT_NUMBER: String(number), FAULT_COUNT: count };
    const child = Bun.spawn(words, {
      env: { ...process.env, LD_PRELOAD: shim, ...fault },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const [out, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    return { out, errors, status: await child.exited, signal: child.signalCode };
  }

  const totals = new Map<Kind, number>();
  const proper = await run("open", 0);
  if (proper.status !== 0) throw new Error(`the driver fails by itself: ${proper.out}`);
  for (const kind of [...kinds, "malloc"] as Kind[]) {
    await run(kind, 0);
    totals.set(kind, Number(await Bun.file(count).text()));
  }
  const all = kinds.flatMap((kind) =>
    Array.from({ length: totals.get(kind)! }, (_, i): Fault => ({ kind, number: i + 1 })),
  );
  const counts = { errors: 0, passed: 0 };
  const ended = { tried: 0, signals: 0 };

  async function judge({ kind, number }: Fault): Promise<string | undefined> {
    const { out, errors, status, signal } = await run(kind, number);
    if (kind === "malloc") {
      ended.tried++;
      ended.signals += Number(signal !== null);
      return undefined;
    }
    if (status === 3) counts.errors++;
    if (status === 0) counts.passed++;
    if (status === 0 && out !== proper.out) return `${kind} ${number}: other tokens: ${out}`;
    return status === 0 || status === 3
      ? undefined
      : `${kind} ${number}: ${signal ?? status}: ${errors || out}`;
  }

  function input(random: Random, index: number): Fault {
    const { inputs } = check;
    if (index >= inputs - mallocs) {
      return { kind: "malloc", number: between(random, 1, totals.get("malloc")! + 1) };
    }
    // Each call once, then the first ones again.
    return all[index % all.length]!;
  }

  const totalText = [...totals].map(([kind, number]) => `${number} ${kind}`).join(", ");
  return {
    input,
    judge,
    figures: () => [
      `calls: ${totalText}`,
      `${counts.errors} errors, ${counts.passed} successes`,
      `of ${ended.tried} allocations that failed ${ended.signals} ended the process`,
    ],
  };
}
