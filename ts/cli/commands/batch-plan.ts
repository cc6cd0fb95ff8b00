import { resolve } from "node:path";
import { readManifest } from "../../batch/manifest.ts";
import { measured } from "../../batch/measure.ts";
import { openOutput } from "../../batch/output/open.ts";
import { assumedSeconds, packed } from "../../batch/packing.ts";
import { writePlan } from "../../batch/plan.ts";
import { weightsHash } from "../../batch/weights.ts";
import { AsrError, messageOf } from "../../contract/errors.ts";
import { parseModelName } from "../../hub/names.ts";
import { resolveModel } from "../../hub/resolve.ts";
import { clockText } from "../../text/clock-text.ts";
import { type Arguments, argumentsOf } from "../flags/arguments.ts";
import { type BatchFlags, batchFlags, workerFlags } from "../flags/batch-flags.ts";
import { readFlags } from "../flags/flags.ts";
import { transcribeFlags } from "../flags/transcribe-flags.ts";
import { DownloadReport } from "../terminal/download-report.ts";
import { Interrupt } from "../terminal/interrupt.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { BatchCall } from "./batch-call.ts";
import { rowAligner } from "./row-aligner.ts";

/** A shard is read and written as a whole, and its rows are what is run again. */
const maxItems = 512;

/** `batch plan`. Returns the exit status. */
export async function planArchive(
  { out, flags, quiet }: BatchCall,
  terminal: Terminal,
): Promise<number> {
  const file = flags.text("manifest");
  if (!file) throw new AsrError("usage", "--manifest is missing", "name a file of lines of JSON");
  const { model, options, given } = workerOf(flags);
  const output = openOutput(out);
  using interrupt = new Interrupt();
  const manifest = await readManifest(file);
  const fetch = async (name: string, kind: "recognizer" | "aligner") =>
    await fetched(name, kind, terminal, quiet, interrupt.signal);
  const folder = await fetch(model, "recognizer");
  const aligner = await rowAligner(given, async (name) => await fetch(name, "aligner"));
  const weights = await weightsHash(folder, aligner).catch((error) => {
    throw new AsrError("model", `${model}: cannot be read: ${messageOf(error)}`);
  });
  const { items, assumed, unread } = await measured(manifest.items);
  const note = (text: string) => quiet || terminal.note(`note: ${text}\n`);
  const [first] = unread;
  if (first !== undefined) {
    const which = unread.length === 1 ? first : `${unread.length} files, such as ${first},`;
    note(`${which} cannot be read here`);
  }
  if (assumed > 0) {
    note(`${countOf(assumed, "recording")} without a length: each counts as ${assumedSeconds} s`);
  }
  const minutes = flags.value("shard-minutes") ?? batchFlags["Of plan"]["shard-minutes"].default;
  const shards = packed(items, { shardSeconds: minutes * 60, maxItems });
  const basis = {
    manifest: { path: resolve(file), sha256: manifest.sha256, items: items.length },
    model,
    weights,
    options,
    shard_minutes: minutes,
  };
  const isNew = await writePlan(output, basis, shards);
  const seconds = shards.reduce((sum, shard) => sum + shard.seconds, 0);
  const size = `${countOf(items.length, "recording")}, ${clockText(seconds)} in all`;
  terminal.out(`${countOf(shards.length, "shard")}: ${size}${isNew ? "" : "; planned before"}\n`);
  return 0;
}

/**
 * The model and the flags that every worker gets, checked as a worker checks them: better here
 * than on each machine.
 */
function workerOf(flags: BatchFlags): { model: string; options: string[]; given: Arguments } {
  const options = workerFlags(flags, "rows");
  if (flags.has("segments")) options.push("--output-format=json");
  const named = ["model", "revision"] as const;
  const model = named.flatMap((name) => (flags.has(name) ? [`--${name}=${flags.text(name)}`] : []));
  const argv = ["--worker", ...model, ...options];
  const line = readFlags(argv, transcribeFlags);
  const given = argumentsOf({ argv, flags: line.given, names: line.names });
  const { aligner } = given.engine;
  const places = options.map((flag) =>
    aligner !== undefined && flag.startsWith("--aligner=") ? `--aligner=${placeOf(aligner)}` : flag,
  );
  return { model: placeOf(given.model), options: places, given };
}

/** A folder lies in the same place on every machine; `demo` is where each has it. */
function placeOf(model: string): string {
  return model !== "demo" && "folder" in parseModelName(model) ? resolve(model) : model;
}

async function fetched(
  model: string,
  kind: "recognizer" | "aligner",
  terminal: Terminal,
  quiet: boolean,
  signal: AbortSignal,
): Promise<string> {
  const report = new DownloadReport(terminal, model, quiet);
  let isThere = false;
  try {
    const onProgress: typeof report.progress = (progress) => report.progress(progress);
    const folder = await resolveModel(model, { kind, signal, onProgress });
    isThere = true;
    return folder;
  } finally {
    report.end(isThere);
  }
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
