import { duration, percent, significant } from "../report/format.ts";
import type { Progress } from "../report/progress.ts";
import { median } from "../report/statistics.ts";
import type { Table } from "../report/table.ts";
import { decodeBytes, encoderOperations, prefillOperations, promptTokens } from "../report/work.ts";
import { type Build, otherBuild, thisBuild } from "../subjects/build.ts";
import {
  demo,
  onlyDemoNote,
  publishedModels,
  randomModels,
  shownName,
} from "../subjects/models.ts";
import {
  chunkTokens,
  fullPlan,
  liveTokens,
  names,
  type Plan,
  quickPlan,
  type Samples,
  speedSamples,
  tokensPerSecond,
} from "../subjects/speed-samples.ts";
import type { QwenForm } from "../synthetic/qwen.ts";
import type { Bench, BenchOptions, BenchReport } from "./bench.ts";
import { kernelsApply, measureLimits } from "./kernels.ts";

/** What the machine can do at most a second: operations with bytes, and bytes that are read. */
interface Limits {
  operations: number;
  instructions: string;
  bandwidth: number;
}

/** One figure: how it is shown, and the least that it can be, in the unit of its samples. */
interface Figure {
  name: string;
  show(value: number): string;
  /** Whether more is better. */
  isRate?: true;
  limit?: { value: number; why: string };
}

interface Found {
  model: string;
  figures: readonly Figure[];
  samples: readonly Samples[];
}

/** What a user waits for, beside the limits of the machine, and another build in turns. */
export const speed: Bench = {
  summary: "each stage, whole recordings, live, opening, beside limits and another build",
  run: measure,
};

async function measure(options: BenchOptions, progress: Progress): Promise<BenchReport> {
  const plan = options.quick ? quickPlan : fullPlan;
  const note = (line: string) => progress.note(line);
  const builds = [thisBuild];
  if (options.against !== undefined) builds.push(await otherBuild(options.against, note));
  const given = options.models.length > 0 ? await publishedModels(options, progress) : [demo];
  const random = options.synthetic ? await randomModels(progress) : [];
  const limits = kernelsApply && random.length > 0 ? await limitsOf(progress) : undefined;
  const found: Found[] = [];
  let kernels = "";
  for (const { model, form } of [
    ...random,
    ...given.map((model) => ({ model, form: undefined })),
  ]) {
    const { samples, used } = await speedSamples(model, builds, plan, progress);
    kernels = used;
    const figures = figuresOf(plan, form, limits);
    found.push({ model: shownName(model), figures, samples });
  }
  return {
    tables: [
      ...found.map((each) => figureTable(each, builds)),
      ...(random.length > 1 ? [recipeTable(found[0]!, found[1]!)] : []),
    ],
    notes: [
      `Medians of ${plan.rounds} runs, builds in turns; ${plan.batchRounds} of batches and ` +
        `${plan.recordingRounds} of recordings. Random weights write ${tokensPerSecond} tokens a ` +
        `second of audio, live ${liveTokens} at each step.`,
      `The recording of ${plan.recording} s is cut into chunks of 30 s, decoded as many together ` +
        "as is the default; live, processor time of all threads at steps of 2 s.",
      ...(limits === undefined
        ? []
        : [
            `Limits: ${significant(limits.operations / 1e9)} · 10⁹ operations a second ` +
              `(${limits.instructions}) and ${significant(limits.bandwidth / 1e9)} GB/s of ` +
              "reading, on all threads in the same run; a share is the limit as a part of what " +
              "was taken.",
          ]),
      "Memory is that of a process with Bun in it.",
      ...(random.length + options.models.length === 0 ? [onlyDemoNote] : []),
    ],
    data: {
      builds: builds.map(({ name }) => name),
      limits,
      models: found.map(({ model, samples }) => ({
        model,
        builds: samples.map((each) => Object.fromEntries(each)),
      })),
    },
    kernels,
    randomWeights: random.length > 0,
  };
}

async function limitsOf(progress: Progress): Promise<Limits> {
  const { peaks, bandwidths } = await measureLimits((line) => progress.step(line));
  const best = peaks.reduce((top, peak) => (peak.allThreads > top.allThreads ? peak : top));
  const memory = bandwidths.find(({ from }) => from === "memory")!;
  return {
    operations: best.allThreads * 1e9,
    instructions: best.instructions,
    bandwidth: memory.allThreads * 1e9,
  };
}

function figuresOf(plan: Plan, form?: QwenForm, limits?: Limits): Figure[] {
  const bound = (operations: number, read: number) => {
    if (form === undefined || limits === undefined) return {};
    const computing = (1000 * operations) / limits.operations;
    const reading = (1000 * read) / limits.bandwidth;
    const why = operations === 0 ? "reading" : read === 0 ? "computing" : "both";
    return { limit: { value: computing + reading, why } };
  };
  const weights = form === undefined ? 0 : decodeBytes(form);
  const clip = (seconds: number, tokens: number) =>
    bound(encoderOperations(seconds) + prefillOperations(promptTokens(seconds)), tokens * weights);
  return [
    { name: names.encoder, show: duration, ...bound(encoderOperations(10), 0) },
    { name: names.prefill, show: duration, ...bound(prefillOperations(promptTokens(10)), 0) },
    { name: names.decode, show: duration, ...bound(0, weights) },
    { name: names.short, show: (ms) => `${duration(ms)}, RTF ${rtf(ms, 10)}`, ...clip(10, 32) },
    {
      name: names.long,
      show: (ms) => `${duration(ms)}, RTF ${rtf(ms, 30)}`,
      ...clip(30, chunkTokens),
    },
    ...plan.sessions.map(
      (sessions): Figure => ({ name: names.batch(sessions), show: significant, isRate: true }),
    ),
    { name: names.recording, show: (ms) => `${duration(ms)}, RTF ${rtf(ms, 1)}` },
    { name: names.live, show: duration },
    { name: names.open, show: duration },
    { name: names.memory, show: significant },
  ];
}

function rtf(ms: number, seconds: number): string {
  return significant(ms / 1000 / seconds);
}

function medianOf(samples: Samples, name: string): number {
  return median(samples.get(name)!);
}

/** A line for each figure; the ratio is above 1 where this build is better. */
function figureTable({ model, figures, samples }: Found, builds: readonly Build[]): Table {
  const [own, other] = samples as [Samples, Samples?];
  return {
    title: model,
    head: [
      "What",
      "Median",
      "Limit of the machine",
      "Share",
      ...builds.slice(1).flatMap(({ name }) => [name, "Better by"]),
    ],
    rows: figures.map(({ name, show, isRate, limit }) => {
      const value = medianOf(own, name);
      const alone = /, (\d+) together$/.exec(name)?.[1];
      const gain = value / medianOf(own, alone === undefined ? name : names.batch(1));
      const cells = [
        name,
        alone === undefined || alone === "1"
          ? show(value)
          : `${show(value)}, ${significant(gain)} × one`,
        limit === undefined ? "–" : `${duration(limit.value)} ${limit.why}`,
        limit === undefined ? "–" : percent(limit.value / value),
      ];
      if (other === undefined) return cells;
      const before = medianOf(other, name);
      return [...cells, show(before), `${significant(isRate ? value / before : before / value)} ×`];
    }),
  };
}

/** What the larger recipe takes, as a part of the smaller one. */
function recipeTable(smaller: Found, larger: Found): Table {
  const [first, second] = [smaller.samples[0]!, larger.samples[0]!];
  return {
    title: `${larger.model} against ${smaller.model}`,
    head: ["What", "Takes"],
    rows: larger.figures.map(({ name, isRate }) => {
      const ratio = medianOf(second, name) / medianOf(first, name);
      return [name, `${significant(isRate ? 1 / ratio : ratio)} ×`];
    }),
  };
}
