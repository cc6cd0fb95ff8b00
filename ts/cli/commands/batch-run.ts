import { join, resolve } from "node:path";
import { manifestHash } from "../../batch/manifest.ts";
import { openOutput } from "../../batch/output/open.ts";
import { neededPlan, type Plan } from "../../batch/plan.ts";
import { verifyOutput } from "../../batch/verify.ts";
import { weightsHash } from "../../batch/weights.ts";
import { AsrError } from "../../contract/errors.ts";
import { modelOfThisMachine } from "../../hub/resolve.ts";
import { commandEntry, commandFile, scaleFolder } from "../../native/locate.ts";
import { argumentsOf } from "../flags/arguments.ts";
import { type BatchFlags, workerFlags } from "../flags/batch-flags.ts";
import { readFlags } from "../flags/flags.ts";
import { transcribeFlags } from "../flags/transcribe-flags.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { BatchCall } from "./batch-call.ts";
import { reportText, statusOf } from "./batch-report.ts";
import { mayBeAligned, rowAligner } from "./row-aligner.ts";

/** As the drivers have them: what was wrong was told on a line. */
const interrupted = 130;
const usage = 2;

/** `batch run`. Returns the exit status. */
export async function runArchive(
  { out, flags, quiet }: BatchCall,
  terminal: Terminal,
): Promise<number> {
  const isRay = flags.value("engine") === "ray";
  checkEngine(flags, isRay);
  const driverFlags = [
    ...["--out", /^s3:/i.test(out) ? out : resolve(out)],
    ...programFlags(flags, isRay),
    ...workerFlags(flags, "machines").map((flag) => `--worker-flag=${flag}`),
    ...passed(flags, "slice", "slice"),
    ...passed(flags, "item-timeout", "item-seconds"),
    ...passed(flags, "metrics-port", "metrics-port"),
    ...(isRay ? passed(flags, "address", "address") : passed(flags, "workers", "workers")),
    ...(quiet ? ["--quiet"] : []),
  ];
  const output = openOutput(out);
  const plan = await neededPlan(output);
  const numbers = sliceOf(flags.text("slice"), plan.shards);
  await checkUnchanged(plan);
  const python = await pythonFor(isRay);
  const status = await drive(python, isRay ? "ray_batch.py" : "local_batch.py", driverFlags);
  if (status === interrupted || status === usage) return status;
  // What counts is what lies there, whoever has put it there.
  const report = await verifyOutput(output, plan, numbers);
  const isWhole = report.missing.length === 0 && numbers.length === plan.shards;
  if (isWhole) await output.replace("report.json", `${JSON.stringify(report, null, 2)}\n`);
  terminal.out(reportText(report));
  return statusOf(report);
}

function checkEngine(flags: BatchFlags, isRay: boolean): void {
  const stray = (isRay ? (["workers"] as const) : (["address", "bun-asr"] as const)).find((name) =>
    flags.has(name),
  );
  if (stray === undefined) return;
  const engine = isRay ? "local" : "ray";
  throw new AsrError("usage", `--${stray} is for --engine ${engine}`, `add --engine ${engine}`);
}

/** The shards of a slice I/N. Throws AsrError `usage`. */
function sliceOf(text = "0/1", shards: number): number[] {
  const [, index, count] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (index === undefined || count === undefined || index >= count) {
    throw new AsrError("usage", `--slice ${text}: is none`, "expected I/N, with I from 0 to N - 1");
  }
  return Array.from({ length: shards }, (_, number) => number).filter(
    (number) => number % count === index,
  );
}

/** Rows of another manifest, or of other weights, would lie beside those that are there. */
async function checkUnchanged({ manifest, model, weights, options }: Plan): Promise<void> {
  const found = await manifestHash(manifest.path);
  if (found !== undefined && found !== manifest.sha256) {
    const hint = "plan it into another place, or put it back";
    throw new AsrError("usage", `${manifest.path}: is not as it was planned`, hint);
  }
  // Each worker looks at its own; a model that is not here is fetched by them.
  const argv = ["--worker", `--model=${model}`, ...options];
  const line = readFlags(argv, transcribeFlags);
  const given = argumentsOf({ argv, flags: line.given, names: line.names });
  const folder = await modelOfThisMachine(model);
  const aligner = await rowAligner(given, modelOfThisMachine);
  if (folder === undefined || (aligner === undefined && mayBeAligned(given))) return;
  if ((await weightsHash(folder, aligner)) === weights) return;
  const hint = "plan into another place, or put the model back";
  throw new AsrError("usage", `${model}: has other weights than planned`, hint);
}

/** How the machines start this program. */
function programFlags(flags: BatchFlags, isRay: boolean): string[] {
  if (isRay) return passed(flags, "bun-asr", "program");
  const isModule = !Bun.isStandaloneExecutable;
  const own = isModule ? [process.execPath, ...bunFlags, commandEntry] : [commandFile];
  return ["--program", own.map(quoted).join(" ")];
}

/** As the command of the package starts Bun: what lies where the user stands is not read. */
const bunFlags = ["--no-env-file", "--config=/dev/null", "--tsconfig-override=/dev/null"];

const quoted = (word: string) => `'${word.replaceAll("'", `'"'"'`)}'`;

/** A flag as the drivers call it; looked at here, since they trust what they are given. */
function passed(
  flags: BatchFlags,
  name: Parameters<BatchFlags["text"]>[0],
  theirs: string,
): string[] {
  const value = flags.value(name);
  return value === undefined ? [] : [`--${theirs}=${value}`];
}

/** The Python that runs the shards. Throws AsrError `native` where there is none, or no Ray. */
async function pythonFor(isRay: boolean): Promise<string> {
  const named = process.env["PYTHON"] || "python3";
  const python = Bun.which(named);
  if (python === null) {
    const hint = "install Python 3.9 or later, or set PYTHON";
    throw new AsrError("native", `${named} was not found, and it runs the shards`, hint);
  }
  if (isRay && !(await hasRay(python))) {
    const needed = join(scaleFolder(), "requirements.txt");
    const hint =
      `run "${named} -m venv ray" and "ray/bin/python -m pip install --require-hashes ` +
      `-r ${needed}" on every machine, and set PYTHON=ray/bin/python`;
    throw new AsrError("native", `${named} has no Ray`, hint);
  }
  return python;
}

async function hasRay(python: string): Promise<boolean> {
  const find = "import importlib.util, sys; sys.exit(not importlib.util.find_spec('ray'))";
  const pipes = { stdin: "ignore", stdout: "ignore", stderr: "ignore" } as const;
  return (await Bun.spawn([python, "-c", find], pipes).exited) === 0;
}

/** Runs a driver to its end; what asks this process to end is passed on. */
async function drive(python: string, script: string, flags: string[]): Promise<number> {
  const command = [python, join(scaleFolder(), script), ...flags];
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  const child = Bun.spawn(command, { stdin: "ignore", stdout: 2, stderr: 2, env });
  let isInterrupted = false;
  const pass = (signal: NodeJS.Signals) => {
    isInterrupted = true;
    child.kill(signal);
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const name of signals) process.on(name, pass);
  try {
    const status = await child.exited;
    // Before it listens for them, a signal ends it as such, and may have come to it alone.
    return isInterrupted || signals.some((name) => name === child.signalCode)
      ? interrupted
      : status;
  } finally {
    for (const name of signals) process.off(name, pass);
  }
}
