import { duration, significant } from "../report/format.ts";
import type { Progress } from "../report/progress.ts";
import { median } from "../report/statistics.ts";
import type { Table } from "../report/table.ts";
import { type BenchModel, chosenModels, openModel, shownName } from "../subjects/models.ts";
import { kernelsOf, type Run, type Subject } from "../subjects/subject.ts";
import type { Bench, BenchOptions, BenchReport } from "./bench.ts";

const seconds = 5;

/** How many recordings are decoded together, how often, and the tokens for each. */
interface Plan {
  counts: readonly number[];
  runs: number;
  tokens: number;
}

const fullPlan: Plan = { counts: [1, 2, 4, 8, 16], runs: 5, tokens: 32 };
const quickPlan: Plan = { counts: [1, 2, 4, 8], runs: 2, tokens: 16 };

/** The runs with one number of sessions. */
interface Batch {
  sessions: number;
  runs: Run[];
  /** Median milliseconds of a step, which gives every session a token. */
  stepMs: number;
}

/** Tokens a second when several recordings are decoded together. */
export const batch: Bench = {
  summary: "tokens a second of 1 to 16 recordings that are decoded together",
  run: measure,
};

async function measure(options: BenchOptions, progress: Progress): Promise<BenchReport> {
  const { models, notes, randomWeights } = await chosenModels(options, progress);
  const plan = options.quick ? quickPlan : fullPlan;
  const found: { model: BenchModel; batches: Batch[] }[] = [];
  let kernels = "";
  for (const model of models) {
    progress.step(`opening ${model.label}`);
    await using subject = await openModel(model);
    kernels = kernelsOf(subject);
    found.push({ model, batches: await measureBatches(subject, plan, model.label, progress) });
  }
  return {
    tables: found.map(({ model, batches }) => batchTable(shownName(model), batches)),
    notes: [
      `Each session is ${seconds} s of speech; a step gives each a token, ${plan.tokens} steps; ` +
        `medians of ${plan.runs} runs, the numbers of sessions in turns.`,
      ...notes,
    ],
    data: {
      seconds,
      tokens: plan.tokens,
      models: found.map(({ model, batches }) => ({ model: shownName(model), batches })),
    },
    kernels,
    randomWeights,
  };
}

async function measureBatches(
  subject: Subject,
  { counts, runs, tokens }: Plan,
  label: string,
  progress: Progress,
): Promise<Batch[]> {
  // The first call of a process also fills caches and starts threads.
  await subject.run({ seconds: 1, tokens: 1, sessions: 1 });
  const batches = counts.map((sessions): Batch => ({ sessions, runs: [], stepMs: 0 }));
  for (let run = 1; run <= runs; run++) {
    for (const { sessions, runs: done } of batches) {
      progress.step(`${label}: ${sessions} sessions, run ${run} of ${runs}`);
      done.push(await subject.run({ seconds, tokens, sessions }));
    }
  }
  for (const each of batches) {
    each.stepMs = median(each.runs.map(({ decodeMs }) => decodeMs)) / tokens;
  }
  return batches;
}

function batchTable(label: string, batches: readonly Batch[]): Table {
  const rate = ({ sessions, stepMs }: Batch) => (1000 * sessions) / stepMs;
  return {
    title: `Decoding together, ${label}`,
    head: ["Sessions", "Step", "Tokens a second", "Against one"],
    rows: batches.map((each) => [
      String(each.sessions),
      duration(each.stepMs),
      significant(rate(each)),
      `${significant(rate(each) / rate(batches[0]!))} ×`,
    ]),
  };
}
