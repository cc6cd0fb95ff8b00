import { bytes, duration, significant } from "../report/format.ts";
import type { Progress } from "../report/progress.ts";
import { linearFit, median } from "../report/statistics.ts";
import { type BenchModel, chosenModels, demo, openModel, shownName } from "../subjects/models.ts";
import { dropPages } from "../subjects/page-cache.ts";
import type { Opened, Run } from "../subjects/subject.ts";
import type { Bench, BenchOptions, BenchReport } from "./bench.ts";

const clip = { seconds: 10, tokens: 32 };
const shortClip = { seconds: 2, tokens: 8 };

/** What one model takes to open and to keep; every opening is a process of its own. */
interface Found {
  model: string;
  /** Absent where the page cache cannot be dropped. */
  cold?: Opened;
  warm: Opened[];
  /** The first and the later calls of one process. */
  calls: Run[];
}

/** Opening a model, the memory it takes, and whether that stays. */
export const load: Bench = {
  summary: "time to open a model, peak memory, first call against later ones, growth",
  run: measure,
};

async function measure(options: BenchOptions, progress: Progress): Promise<BenchReport> {
  const { models, notes, randomWeights } = await chosenModels(options, progress);
  const found: Found[] = [];
  for (const model of models) found.push(await measureModel(model, options.quick, progress));
  const growth = await measureGrowth(options.quick ? 20 : 500, progress);
  return {
    tables: [openTable(found), memoryTable(found), growthTable(growth)],
    notes: [
      "Cold: the files' pages were dropped from the page cache first; warm: they are in it, and " +
        "what this takes of all cores is processor time.",
      'The tokenizer is read when the model is open; a process is as large as "Before" when it ' +
        "begins.",
      `One call is ${clip.seconds} s of speech and ${clip.tokens} tokens; memory is that of a ` +
        "process with Bun in it.",
      `Growth: the demo model on ${shortClip.seconds} s, again and again in one process.`,
      ...notes,
    ],
    data: { clip, models: found, growth },
    kernels: String(found[0]!.warm[0]!.about["kernels"]),
    randomWeights,
  };
}

async function measureModel(model: BenchModel, quick: boolean, progress: Progress): Promise<Found> {
  const found: Found = { model: shownName(model), warm: [], calls: [] };
  const openings = quick ? 2 : 5;
  for (let opening = 1; opening <= openings; opening++) {
    progress.step(`${model.label}: opening ${opening} of ${openings}`);
    await using subject = await openModel(model);
    found.warm.push(subject.opened);
    if (opening < openings) continue;
    for (let call = 1; call <= (quick ? 3 : 6); call++) {
      progress.step(`${model.label}: call ${call}`);
      found.calls.push(await subject.run(clip));
    }
  }
  if (dropPages(model.folder)) {
    progress.step(`${model.label}: opening from the disk`);
    await using subject = await openModel(model);
    found.cold = subject.opened;
  }
  return found;
}

/** Resident memory after each of `count` transcriptions, in bytes. */
async function measureGrowth(count: number, progress: Progress): Promise<number[]> {
  await using subject = await openModel(demo);
  const rss: number[] = [];
  for (let call = 1; call <= count; call++) {
    if (call % 20 === 0) progress.step(`growth: call ${call} of ${count}`);
    rss.push((await subject.run(shortClip)).rss);
  }
  return rss;
}

function openTable(found: readonly Found[]) {
  return {
    title: "Opening a model",
    head: [
      "Model",
      "Weights",
      "Cold",
      "Warm",
      "of all cores",
      "Tokenizer",
      "First call",
      "Later calls",
    ],
    rows: found.map(({ model, cold, warm, calls: [first, ...later] }) => [
      model,
      bytes(weightBytes(warm)),
      cold === undefined ? "–" : duration(cold.openMs),
      duration(median(warm.map(({ openMs }) => openMs))),
      duration(median(warm.map((opened) => about(opened, "openCpuMs")))),
      duration(median(warm.map((opened) => about(opened, "tokenizerMs")))),
      duration(first!.totalMs),
      duration(median(later.map(({ totalMs }) => totalMs))),
    ]),
  };
}

function memoryTable(found: readonly Found[]) {
  return {
    title: "Memory",
    head: [
      "Model",
      "Before",
      "Peak when opened",
      "Once open",
      "Grown by ÷ weights",
      "Peak after a call",
      "Peak after all",
      "Peak ÷ weights",
    ],
    rows: found.map(({ model, warm, calls }) => {
      const before = median(warm.map((opened) => about(opened, "emptyRss")));
      const after = median(warm.map(({ rss }) => rss));
      const last = calls.at(-1)!.peakRss;
      return [
        model,
        bytes(before),
        bytes(median(warm.map(({ peakRss }) => peakRss))),
        bytes(after),
        significant((after - before) / weightBytes(warm)),
        bytes(calls[0]!.peakRss),
        bytes(last),
        significant(last / weightBytes(warm)),
      ];
    }),
  };
}

function weightBytes(opened: readonly Opened[]): number {
  return about(opened[0]!, "weightBytes");
}

function about(opened: Opened, name: string): number {
  return Number(opened.about[name]);
}

/** Growth is the slope of the line through the memory after the first tenth, which fills caches. */
function growthTable(rss: readonly number[]) {
  const skipped = Math.floor(rss.length / 10);
  const points = rss.slice(skipped).map((y, x) => ({ x, y }));
  const slope = linearFit(points).slope;
  return {
    title: "Growth",
    head: ["Calls", "Memory after the first", "After a tenth", "After the last", "Growth a call"],
    rows: [
      [
        String(rss.length),
        bytes(rss[0]!),
        bytes(rss[skipped]!),
        bytes(rss.at(-1)!),
        `${significant(slope / 1000)} kB`,
      ],
    ],
  };
}
