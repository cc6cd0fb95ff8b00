import { join } from "node:path";
import type { Check, Trials } from "../check.ts";
import { compiledNative, linked, preloaded, withoutClang } from "../compiler.ts";
import { driveArguments } from "../prompt.ts";
import { between, randomOf } from "../random.ts";

export const check: Check = {
  number: 14,
  title: "calls of the system that fail",
  tries:
    "the n-th open, read or mmap of opening the demo and of one transcription " +
    "fails, each n: an error with a reason, or success, never a signal",
  inputs: 1004,
  hangMs: 600_000,
  inputsOfTest: 0,
  notRun: withoutClang,
};

type Kind = "open" | "read" | "mmap" | "thread" | "malloc";
type Fault = { kind: Kind; number: number };

const kinds: Kind[] = ["open", "read", "mmap"];
/** Of these libmlx or Swift's runtime dies: how often is told, and they are not judged. */
const beyondUs: Kind[] = ["thread", "malloc"];
/** A run takes a tenth of a second; libmlx waits for ever where a thread of its own fails. */
const maxMs = 20_000;
/** Calls of each that are tried. */
const unjudged = 12;

/** Transcribes by C functions, in processes where one call fails. */
export async function open(folder: string): Promise<Trials<Fault>> {
  const drive = await compiledNative("drive.c", linked());
  const shim = await compiledNative("faults.c", preloaded);
  const words = [drive, ...(await driveArguments(folder))];
  const count = join(folder, "count");

  async function run(kind: Kind, number: number) {
    const fault = { FAULT_CALL: kind, FAULT_NUMBER: String(number), FAULT_COUNT: count };
    const child = Bun.spawn(words, {
      // Swift's own report of a crash takes longer than all inputs together.
      env: { ...process.env, SWIFT_BACKTRACE: "enable=no", LD_PRELOAD: shim, ...fault },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), maxMs);
    const [out, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    const status = await child.exited;
    clearTimeout(timer);
    return { out, errors, status, signal: child.signalCode };
  }

  const totals = new Map<Kind, number>();
  const proper = await run("open", 0);
  if (proper.status !== 0) throw new Error(`the driver fails by itself: ${proper.out}`);
  for (const kind of [...kinds, ...beyondUs]) {
    await run(kind, 0);
    totals.set(kind, Number(await Bun.file(count).text()));
  }
  const all = kinds.flatMap((kind) =>
    Array.from({ length: totals.get(kind)! }, (_, i): Fault => ({ kind, number: i + 1 })),
  );
  const counts = { errors: 0, passed: 0 };
  const ended: string[] = [];
  for (const kind of beyondUs) {
    const random = randomOf(0, check.number, 0);
    let signals = 0;
    for (let i = 0; i < unjudged; i++) {
      const { signal } = await run(kind, between(random, 1, totals.get(kind)! + 1));
      signals += Number(signal !== null);
    }
    ended.push(`not judged: of ${unjudged} ${kind} calls that failed ${signals} ended the process`);
  }

  async function judge({ kind, number }: Fault): Promise<string | undefined> {
    const { out, errors, status, signal } = await run(kind, number);
    if (status === 3) counts.errors++;
    if (status === 0) counts.passed++;
    if (status === 0 && out !== proper.out) return `${kind} ${number}: other tokens: ${out}`;
    return status === 0 || status === 3
      ? undefined
      : `${kind} ${number}: ${signal ?? status}: ${errors || out}`;
  }

  const totalText = [...totals].map(([kind, number]) => `${number} ${kind}`).join(", ");
  return {
    // Each call once, then the first ones again.
    input: (_, index) => all[index % all.length]!,
    judge,
    figures: () => [
      `calls: ${totalText}`,
      `${counts.errors} errors, ${counts.passed} successes`,
      ...ended,
    ],
  };
}
