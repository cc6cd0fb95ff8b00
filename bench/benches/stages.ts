import { duration, percent, significant } from "../report/format.ts";
import type { Progress } from "../report/progress.ts";
import { type LinearFit, linearFit, median } from "../report/statistics.ts";
import type { Table } from "../report/table.ts";
import { type BenchModel, chosenModels, openModel, shownName } from "../subjects/models.ts";
import { kernelsOf, type Run, type Subject } from "../subjects/subject.ts";
import type { Bench, BenchOptions, BenchReport } from "./bench.ts";

/** Tokens that speech takes in a second: 32 for the 10 s clip. */
const tokensPerSecond = 3.2;

/** Which lengths of audio are transcribed, in seconds, and how often. */
interface Plan {
  lengths: readonly { seconds: number; runs: number }[];
  text: string;
}

const short = [1, 5, 10, 30];
const fullPlan: Plan = {
  lengths: [
    ...short.map((seconds) => ({ seconds, runs: 5 })),
    { seconds: 120, runs: 3 },
    { seconds: 600, runs: 1 },
  ],
  text: "5 runs, 3 for 120 s, 1 for 600 s",
};
const quickPlan: Plan = {
  lengths: short.map((seconds) => ({ seconds, runs: 2 })),
  text: "2 runs",
};

const stageNames = ["melMs", "encodeMs", "prefillMs", "decodeMs"] as const;
type Stage = (typeof stageNames)[number] | "totalMs";

interface Length {
  seconds: number;
  tokens: number;
  runs: Run[];
  medians: Record<Stage, number>;
}

/** Where the time goes, and how it grows with the length of the audio. */
export const stages: Bench = {
  summary: "time and share of each stage for 1 to 600 s of audio, and the straight line through it",
  run: measure,
};

async function measure(options: BenchOptions, progress: Progress): Promise<BenchReport> {
  const { models, notes, randomWeights } = await chosenModels(options, progress);
  const plan = options.quick ? quickPlan : fullPlan;
  const found: { model: BenchModel; lengths: Length[] }[] = [];
  let kernels = "";
  for (const model of models) {
    progress.step(`opening ${model.label}`);
    await using subject = await openModel(model);
    kernels = kernelsOf(subject);
    found.push({ model, lengths: await measureLengths(subject, plan, model.label, progress) });
  }
  return {
    tables: found.flatMap(({ model, lengths }) => [
      stageTable(shownName(model), lengths),
      fitTable(shownName(model), lengths),
    ]),
    notes: [
      `${tokensPerSecond} tokens are written for a second of audio; medians of ${plan.text}.`,
      "Split: preprocessing / encoder / generation, which is prefill and decode; the source's is " +
        "about 5 / 20 / 75 % on Apple silicon.",
      "The line has the least squares of residuals relative to what was measured, which are " +
        "medians.",
      ...notes,
    ],
    data: {
      models: found.map(({ model, lengths }) => ({
        model: shownName(model),
        lengths,
        fits: Object.fromEntries(allStages.map((stage) => [stage, fitOf(lengths, stage)])),
      })),
    },
    kernels,
    randomWeights,
  };
}

async function measureLengths(
  subject: Subject,
  { lengths: planned }: Plan,
  label: string,
  progress: Progress,
): Promise<Length[]> {
  // The first call of a process also fills caches and starts threads.
  await subject.run({ seconds: 1, tokens: 1 });
  const lengths: Length[] = [];
  for (const { seconds, runs: count } of planned) {
    const tokens = Math.max(1, Math.round(tokensPerSecond * seconds));
    const runs: Run[] = [];
    for (let run = 1; run <= count; run++) {
      progress.step(`${label}: ${seconds} s of audio, run ${run} of ${count}`);
      runs.push(await subject.run({ seconds, tokens }));
    }
    const of = (stage: Stage) => median(runs.map((run) => run[stage]));
    const [melMs, encodeMs, prefillMs] = [of("melMs"), of("encodeMs"), of("prefillMs")];
    const [decodeMs, totalMs] = [of("decodeMs"), of("totalMs")];
    const medians = { melMs, encodeMs, prefillMs, decodeMs, totalMs };
    lengths.push({ seconds, tokens, runs, medians });
  }
  return lengths;
}

const allStages: readonly Stage[] = [...stageNames, "totalMs"];

function stageTable(label: string, lengths: readonly Length[]): Table {
  return {
    title: `Stages of ${label}`,
    head: [
      "Audio",
      "Tokens",
      "Preprocessing",
      "Encoder",
      "Prefill",
      "Decode",
      "Total",
      "RTF",
      "Split",
    ],
    rows: lengths.map(({ seconds, tokens, medians }) => {
      const { melMs, encodeMs, prefillMs, decodeMs, totalMs } = medians;
      const sum = melMs + encodeMs + prefillMs + decodeMs;
      const cell = (ms: number) => `${duration(ms)}, ${percent(ms / sum)}`;
      const shares = [melMs, encodeMs, prefillMs + decodeMs].map((ms) => (100 * ms) / sum);
      return [
        `${seconds} s`,
        String(tokens),
        cell(melMs),
        cell(encodeMs),
        cell(prefillMs),
        cell(decodeMs),
        duration(totalMs),
        significant(totalMs / 1000 / seconds),
        `${shares.map((share) => share.toFixed(0)).join(" / ")} %`,
      ];
    }),
  };
}

function fitOf(lengths: readonly Length[], stage: Stage): LinearFit {
  return linearFit(lengths.map(({ seconds, medians }) => ({ x: seconds, y: medians[stage] })));
}

function fitTable(label: string, lengths: readonly Length[]): Table {
  const names: Record<Stage, string> = {
    melMs: "Preprocessing",
    encodeMs: "Encoder",
    prefillMs: "Prefill",
    decodeMs: "Decode",
    totalMs: "Total",
  };
  return {
    title: `Cost against length of ${label}`,
    head: ["Stage", "Fixed", "For a second of audio", "R²", "Largest residual"],
    rows: allStages.map((stage) => {
      const { intercept, slope, r2, largestRelativeResidual } = fitOf(lengths, stage);
      const fixed = `${significant(intercept)} ms`;
      const residual = percent(largestRelativeResidual);
      return [names[stage], fixed, duration(slope), r2.toFixed(5), residual];
    }),
  };
}
