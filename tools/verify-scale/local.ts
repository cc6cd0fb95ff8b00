import { join } from "node:path";
import { root } from "../folders.ts";
import { python } from "../toolchain.ts";
import { dummyWorker, type PlayedArchive } from "./played.ts";

/** This program, as its package starts it. */
export const ownProgram = [
  ...[process.execPath, "--no-env-file", "--config=/dev/null", "--tsconfig-override=/dev/null"],
  join(root, "ts/cli/main.ts"),
];

/** How a driver without Ray ended. */
export interface LocalRun {
  status: number;
  notes: string;
  seconds: number;
}

export interface LocalOptions {
  workers?: number;
  /** Seconds that the stand-in takes for each item. */
  seconds?: number;
  flags?: readonly string[];
  /** Default: the stand-in. */
  worker?: string;
}

/** Runs an archive on threads of this machine, without Ray. */
export async function runLocally(
  { out, log }: Pick<PlayedArchive, "out" | "log">,
  { workers = 1, seconds = 0, flags = [], worker }: LocalOptions = {},
): Promise<LocalRun> {
  const interpreter = await python("a check");
  const command = [
    ...["nice", interpreter, join(root, "scale/local_batch.py"), "--out", out],
    ...["--worker", worker ?? `${interpreter} ${dummyWorker}`, `--workers=${workers}`, ...flags],
  ];
  const env = {
    ...process.env,
    PYTHONDONTWRITEBYTECODE: "1",
    DUMMY_SECONDS: String(seconds),
    DUMMY_LOG: log,
  };
  const started = performance.now();
  const child = Bun.spawn(command, { env, stdin: "ignore", stdout: "ignore", stderr: "pipe" });
  const notes = await child.stderr.text();
  const status = await child.exited;
  return { status, notes, seconds: (performance.now() - started) / 1000 };
}

/** Runs a command of this program. */
export async function runProgram(
  words: readonly string[],
): Promise<{ status: number; out: string; notes: string }> {
  const pipes = { stdin: "ignore", stdout: "pipe", stderr: "pipe" } as const;
  const child = Bun.spawn(["nice", ...ownProgram, ...words], { cwd: root, ...pipes });
  const [out, notes] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { status: await child.exited, out, notes };
}
