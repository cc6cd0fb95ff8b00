import { Asr } from "../../ts/asr.ts";
import { readAlignedSpeech } from "../../ts/heads/aligned-speech.ts";
import { demoSample } from "../../ts/native/locate.ts";
import { readLines } from "../../ts/wer/lines.ts";
import { parseObject } from "../../ts/wer/references.ts";
import { duration, percent, significant } from "../report/format.ts";
import type { Progress } from "../report/progress.ts";
import { median, quantile } from "../report/statistics.ts";
import type { Table } from "../report/table.ts";
import { demo, onlyDemoNote, publishedModels, shownName } from "../subjects/models.ts";
import { attentionCosts, type Cost, type CostPlan, shares, stepOf } from "../words/cost.ts";
import {
  counted,
  type Distances,
  distances,
  shareWithin,
  type Truth,
  together,
  typical,
  wordsAsWhole,
  wordsLive,
} from "../words/said.ts";
import type { Bench, BenchOptions, BenchReport } from "./bench.ts";

const fullPlan: CostPlan = { seconds: 10, tokens: 40, sessions: [1, 4], runs: 10 };
const quickPlan: CostPlan = { seconds: 5, tokens: 16, sessions: [1], runs: 2 };
/** Clips that are heard with --quick. */
const quickClips = 20;

/** How the demo's words were timed. */
interface Heard {
  clips: number;
  words: number;
  whole: Distances;
  live: Distances;
  /** Live against the whole. */
  apart: Distances;
}

/** Times of words by what the decoder looks at: how far off, live too, and what they cost. */
export const words: Bench = {
  summary: "word times by the decoder's attention: errors, live ones too, and their cost",
  run: measure,
};

async function measure(options: BenchOptions, progress: Progress): Promise<BenchReport> {
  const published = await publishedModels(options, progress);
  const manifest = await timedManifest(options.live.manifest);
  const heard = await heardByDemo(manifest, options.quick, progress);
  const plan = options.quick ? quickPlan : fullPlan;
  // What knows no heads has nothing to keep.
  const models = [...published, ...(published.includes(demo) ? [] : [demo])];
  const costs = models.flatMap((model) => attentionCosts(model, plan, progress));
  await using asr = await Asr.load(demo.folder);
  return {
    tables: [
      ...(manifest === undefined ? [] : [errorTable(heard)]),
      apartTable(heard),
      costTable(costs),
    ],
    notes: [
      `The demo model heard ${heard.clips} recordings with ${heard.words} words; those that it ` +
        "wrote otherwise are left out.",
      manifest === undefined
        ? "Errors need recordings whose words' times are known: --manifest; " +
          "models/demo/train/make_timed_clips.py makes them."
        : "The truth is what espeak-ng and flite say about their own speech; voices and " +
          "sentences are others than those that the demo's head was found by.",
      `Cost: ${plan.tokens} steps behind ${plan.seconds} s of speech, without and with in turns; ` +
        `of ${plan.runs} runs each step counts as fast as it ever was. Words are read and timed ` +
        "once at the end.",
      ...(published.length === 0 ? [onlyDemoNote] : []),
    ],
    data: {
      heard: {
        ...heard,
        whole: counted(heard.whole),
        live: counted(heard.live),
        apart: counted(heard.apart),
      },
      costs: costs.map((cost) => ({ ...cost, model: shownName(cost.model), shares: shares(cost) })),
    },
    kernels: asr.info.kernels,
    randomWeights: models.some(({ isRandom }) => isRandom),
  };
}

/** The manifest, if it tells times of words: others are for other benches. */
async function timedManifest(manifest: string | undefined): Promise<string | undefined> {
  if (manifest === undefined) return undefined;
  const [first] = await readLines(manifest);
  const isTimed = first !== undefined && "words" in parseObject(first.text, manifest);
  return isTimed ? manifest : undefined;
}

async function heardByDemo(
  manifest: string | undefined,
  quick: boolean,
  progress: Progress,
): Promise<Heard> {
  await using asr = await Asr.load(demo.folder);
  const clips = (await truths(manifest)).slice(0, quick ? quickClips : undefined);
  const found: { whole: Distances; live: Distances; apart: Distances }[] = [];
  for (const [index, clip] of clips.entries()) {
    progress.step(`recording ${index + 1} of ${clips.length}`);
    const whole = await wordsAsWhole(asr, clip.path);
    const live = await wordsLive(asr, clip.path);
    found.push({
      whole: distances(clip.words, whole),
      live: distances(clip.words, live),
      apart: distances(whole, live),
    });
  }
  return {
    clips: clips.length,
    words: clips.reduce((sum, clip) => sum + clip.words.length, 0),
    whole: together(found.map(({ whole }) => whole)),
    live: together(found.map(({ live }) => live)),
    apart: together(found.map(({ apart }) => apart)),
  };
}

async function truths(manifest: string | undefined): Promise<Truth[]> {
  if (manifest !== undefined) {
    const clips = await readAlignedSpeech(manifest);
    return clips.map(({ path, text, words: said }) => ({
      path,
      words: said.map(({ from, to, start, end }) => ({ text: text.slice(from, to), start, end })),
    }));
  }
  const text = await Bun.file(demoSample.replace(/\.wav$/, ".txt")).text();
  const said = text.trim().split(/\s+/);
  return [
    { path: demoSample, words: said.map((word) => ({ text: word, start: null, end: null })) },
  ];
}

function errorTable({ whole, live }: Heard): Table {
  return {
    title: "Times of words against true ones",
    head: ["Heard", "Times", "Starts, median", "Ends, median", "Within 0.1 s", "0.2 s", "Bias"],
    rows: [
      ["as a whole", ...errorCells(whole)],
      ["live, as told", ...errorCells(live)],
    ],
  };
}

function errorCells({ starts, ends }: Distances): string[] {
  const all = [...starts, ...ends];
  return [
    String(all.length),
    duration(1000 * typical(starts)),
    duration(1000 * typical(ends)),
    percent(shareWithin(all, 0.1)),
    percent(shareWithin(all, 0.2)),
    `${(1000 * median(all)).toFixed(0)} ms`,
  ];
}

function apartTable({ apart: { starts, ends } }: Heard): Table {
  const all = [...starts, ...ends];
  return {
    title: "Live against the whole",
    head: ["Times", "Median", "90 %", "Within 0.1 s", "0.3 s"],
    rows: [
      [
        String(all.length),
        duration(1000 * typical(all)),
        duration(1000 * quantile(all.map(Math.abs), 0.9)),
        percent(shareWithin(all, 0.1)),
        percent(shareWithin(all, 0.3)),
      ],
    ],
  };
}

function costTable(costs: readonly Cost[]): Table {
  return {
    title: "What times by attention cost",
    head: ["Model", "Sessions", "Step", "Keeping", "Reading", "Of decoding"],
    rows: costs.map((cost) => {
      const { keeping, reading } = shares(cost);
      return [
        shownName(cost.model),
        String(cost.sessions),
        duration(stepOf(cost)),
        `${significant(100 * keeping)} %`,
        `${significant(100 * reading)} %`,
        `${significant(100 * (keeping + reading))} %`,
      ];
    }),
  };
}
