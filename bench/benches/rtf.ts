import { existsSync } from "node:fs";
import { basename } from "node:path";
import { AsrError } from "../../ts/contract/errors.ts";
import type { Progress } from "../report/progress.ts";
import { countText, ratios, rtfChart, rtfTable, stageTable } from "../report/rtf-tables.ts";
import {
  type BenchModel,
  demo,
  onlyDemoNote,
  openModel,
  publishedModels,
  recipeModels,
} from "../subjects/models.ts";
import { type Peer, peers } from "../subjects/peers.ts";
import { type Clip, Subject } from "../subjects/subject.ts";
import { type Row, takeTurns, turns, wholeProcesses } from "../subjects/turns.ts";
import { findWhisper, whisperCommand } from "../subjects/whisper.ts";
import { syntheticWhisper, whisperLargeV3, whisperSmall } from "../synthetic/ggml.ts";
import type { Bench, BenchOptions, BenchReport } from "./bench.ts";

/** The clip that everyone transcribes, and the tokens that everyone writes where that is fixed. */
const seconds = 10;
const fixedTokens = 32;
const tokensNote = `every row writes ${fixedTokens} tokens`;

/** Real-time factors of this program and of others on the same clip, in one run. */
export const rtf: Bench = {
  summary: "the real-time factor, beside whisper.cpp and other implementations",
  run: measure,
};

async function measure(options: BenchOptions, progress: Progress): Promise<BenchReport> {
  const notes: string[] = [];
  const versions: Record<string, string> = {};
  const published = await publishedModels(options, progress);
  const recipes = await recipeModels(options, progress);
  const own = [...published, ...recipes, demo].filter(isFirst).map(ownRow);
  const others = [
    ...(await whisperRows(options, progress, notes, versions)),
    ...options.peers.flatMap((name) => peers[name]!(progress)).map(peerRow),
  ];
  const isRandom = [...own, ...others].some((row) => row.isRandom);
  const clip: Clip = { seconds, tokens: isFixed(options) ? fixedTokens : null };
  const rounds = others.length > 0 && options.quick ? 2 : 5;
  const found = await takeTurns(turns(own, others, rounds), clip, progress);
  await wholeProcesses(found, clip, progress);

  const measured = [...own, ...others].map((row) => found.get(row)!);
  for (const { framework, opened } of measured) {
    const version = opened?.about["version"];
    if (version !== undefined) versions[framework] = String(version);
  }
  const times = measured.filter(({ runs }) => runs.length > 0);
  if (own.length === 1 && others.length === 0) notes.push(onlyDemoNote);
  return {
    tables: [rtfTable(measured, clip), stageTable(times)],
    notes: [
      `${seconds} s of speech; ${isFixed(options) ? tokensNote : "each model ends by itself"}.`,
      `Medians of ${countText(times)} runs on all cores, taken in turns, models already open; a ` +
        "whole process is one that starts, opens the model from the page cache and runs once.",
      ...ratios(times),
      ...notes,
    ],
    data: { ...clip, rows: measured },
    kernels: String(measured[0]!.opened!.about["kernels"]),
    randomWeights: isRandom,
    versions,
    charts: { "rtf.svg": rtfChart(times, clip) },
  };
}

function isFirst(model: BenchModel, index: number, all: readonly BenchModel[]): boolean {
  return all.findIndex(({ folder }) => folder === model.folder) === index;
}

const unlimited = { limitMs: 3_600_000, budgetMs: Number.POSITIVE_INFINITY };
const peerLimitMs = 120_000;

function ownRow(model: BenchModel): Row {
  const { label, isRandom } = model;
  const open = () => openModel(model);
  return { label, framework: "bun-asr", isRandom, isOurs: true, ...unlimited, open };
}

/** A peer that is far too slow is a result, too, but it may not hold up the others. */
function peerRow({ label, framework, command }: Peer): Row {
  const open = async () => await Subject.open(framework, await command(), peerLimitMs);
  const limits = { limitMs: peerLimitMs, budgetMs: peerLimitMs / 2 };
  return { label, framework, isRandom: true, isOurs: false, ...limits, open };
}

/** Random weights do not end by themselves, and then all rows write the same number of tokens. */
function isFixed({ synthetic, peers, models, whisper }: BenchOptions): boolean {
  return synthetic || peers.length > 0 || models.length + whisper.length === 0;
}

async function whisperRows(
  options: BenchOptions,
  progress: Progress,
  notes: string[],
  versions: Record<string, string>,
): Promise<Row[]> {
  const { quick, synthetic, whisper } = options;
  if (whisper.length === 0 && !synthetic) return [];
  for (const path of whisper) {
    if (!existsSync(path)) throw new AsrError("usage", `--whisper ${path}: no such file`);
  }
  const source = await findWhisper(isFixed(options), progress);
  versions["whisper.cpp from"] = source.origin;
  const files = whisper.map((path) => {
    const name = basename(path, ".bin").replace(/^ggml-/, "");
    return { path, label: `Whisper ${name}`, isRandom: false };
  });
  if (whisper.length === 0) {
    for (const shape of quick ? [whisperSmall] : [whisperSmall, whisperLargeV3]) {
      const path = await syntheticWhisper(shape, progress);
      files.push({ path, label: `Whisper ${shape.name} Q5_0`, isRandom: true });
    }
    if (quick) notes.push("Whisper large-v3 takes a minute a run: --quick leaves it out.");
  }
  return files.map(({ path, label, isRandom }) => ({
    label,
    framework: "whisper.cpp",
    isRandom,
    isOurs: false,
    ...unlimited,
    open: () => Subject.open(label, whisperCommand(source, path)),
  }));
}
