import { seededRandom } from "../../ts/wer/seeded-random.ts";
import { duration, significant } from "../report/format.ts";
import type { Progress } from "../report/progress.ts";
import { median, quantile } from "../report/statistics.ts";
import type { Table } from "../report/table.ts";
import { type BenchModel, chosenModels, shownName } from "../subjects/models.ts";
import { recordingOf, ServedModel } from "../subjects/served.ts";
import type { Bench, BenchOptions, BenchReport } from "./bench.ts";

const seconds = 10;
const atOnce = 8;
const uploads = 64;

interface Plan {
  /** Numbers of tokens that a recording gets, where weights are random. */
  tokens: readonly number[];
  rounds: number;
  /** Clients that leave at each stage. */
  leaves: number;
}

const fullPlan: Plan = { tokens: [31, 100], rounds: 3, leaves: 10 };
const quickPlan: Plan = { tokens: [31], rounds: 1, leaves: 3 };

/** Requests one after the other, and as many at once, in milliseconds. */
interface Together {
  tokens: number;
  aloneMs: number[];
  togetherMs: number[];
}

const stages = ["queue", "encode", "prefill", "decode"] as const;
type Stage = (typeof stages)[number];

/** How long after a client left its place was free and the next request had it. */
type Leaves = Record<Stage, number[]>;

/** What `/health` took while many uploads came at once, and what became of these. */
interface Crowd {
  healthMs: number[];
  statuses: Record<string, number>;
}

interface Found {
  model: string;
  together: Together[];
  leaves: Leaves;
  crowd: Crowd;
}

/** A server under several requests at once, over its sockets. */
export const server: Bench = {
  summary: "requests at once, clients that leave, /health under many uploads",
  run: measure,
};

async function measure(options: BenchOptions, progress: Progress): Promise<BenchReport> {
  const { models, notes, randomWeights } = await chosenModels(options, progress);
  const plan = options.quick ? quickPlan : fullPlan;
  const found: Found[] = [];
  let kernels = "";
  for (const model of models) {
    const label = shownName(model);
    const together: Together[] = [];
    for (const tokens of model.isRandom ? plan.tokens : [0]) {
      await using served = await ServedModel.start(model.folder, tokens, atOnce);
      kernels = served.kernels;
      together.push(await takeTurns(served, tokens, plan, label, progress));
    }
    const leaves = await measureLeaves(model, plan, progress);
    found.push({ model: label, together, leaves, crowd: await measureCrowd(model, progress) });
  }
  return {
    tables: found.flatMap(tablesOf),
    notes: [
      `Recordings of ${seconds} s in a WAV, posted to /v1/audio/transcriptions on this machine.`,
      "A client leaves at a random moment of the stage, while another waits for its place; until " +
        "that one has it, as /health tells.",
      `/health is asked all the time while ${uploads} recordings are posted at once.`,
      ...notes,
    ],
    data: { seconds, plan, models: found },
    kernels,
    randomWeights,
  };
}

async function takeTurns(
  served: ServedModel,
  tokens: number,
  { rounds }: Plan,
  label: string,
  progress: Progress,
): Promise<Together> {
  const recording = recordingOf(seconds);
  const found: Together = { tokens, aloneMs: [], togetherMs: [] };
  const timed = async (work: () => Promise<unknown>) => {
    const started = performance.now();
    await work();
    return performance.now() - started;
  };
  const all = Array.from({ length: atOnce });
  await served.transcribe(recording);
  for (let round = 1; round <= rounds; round++) {
    progress.step(`${label}: ${tokens} tokens, round ${round} of ${rounds}`);
    const alone = () => timed(() => served.transcribe(recording));
    for (const _ of [1, 2, 3]) found.aloneMs.push(await alone());
    const together = () => Promise.all(all.map(() => served.transcribe(recording)));
    found.togetherMs.push(await timed(together));
  }
  return found;
}

async function measureLeaves(model: BenchModel, plan: Plan, progress: Progress): Promise<Leaves> {
  // Long enough that the next request is still at work when it is looked for.
  await using served = await ServedModel.start(model.folder, model.isRandom ? 200 : 0, 1);
  const recording = recordingOf(seconds);
  await served.transcribe(recording);
  const before = await served.stages();
  const started = performance.now();
  await served.transcribe(recording);
  const total = performance.now() - started;
  const after = await served.stages();
  const ms = (stage: keyof typeof after) => (after[stage] - before[stage]) * 1000;
  // What is not the model's work comes before it.
  const begin = Math.max(0, total - ms("encode") - ms("prefill") - ms("decode"));
  const spans: Record<Stage, readonly [number, number]> = {
    queue: [begin, total],
    encode: [begin, begin + ms("encode")],
    prefill: [begin + ms("encode"), begin + ms("encode") + ms("prefill")],
    decode: [begin + ms("encode") + ms("prefill"), total],
  };
  const random = seededRandom(1);
  const leaves: Leaves = { queue: [], encode: [], prefill: [], decode: [] };
  for (let leave = 1; leave <= plan.leaves; leave++) {
    progress.step(`${model.label}: clients leave, ${leave} of ${plan.leaves}`);
    for (const stage of stages) {
      const [from, to] = spans[stage];
      // Not in the last tenth: the recording might be done before.
      const at = from + 0.9 * random() * (to - from);
      leaves[stage].push(await leaveAt(served, recording, at, stage));
    }
  }
  return leaves;
}

/** One client is at work and one waits; one of them leaves. */
async function leaveAt(
  served: ServedModel,
  recording: Blob,
  at: number,
  stage: Stage,
): Promise<number> {
  const [first, second] = [new AbortController(), new AbortController()];
  const post = ({ signal }: AbortController) =>
    served.transcribe(recording, signal).catch(() => undefined);
  const all = [post(first)];
  const started = performance.now();
  await served.until(({ running }) => running === 1);
  all.push(post(second));
  await served.until(({ waiting }) => waiting === 1);
  await Bun.sleep(Math.max(0, started + at - performance.now()));
  (stage === "queue" ? second : first).abort();
  const ms = await served.until(({ waiting }) => waiting === 0);
  for (const each of [first, second]) each.abort();
  await Promise.all(all);
  await served.until(({ running }) => running === 0);
  return ms;
}

async function measureCrowd(model: BenchModel, progress: Progress): Promise<Crowd> {
  await using served = await ServedModel.start(model.folder, model.isRandom ? 8 : 0, atOnce);
  const recording = recordingOf(seconds);
  await served.transcribe(recording);
  progress.step(`${model.label}: ${uploads} uploads at once`);
  const crowd: Crowd = { healthMs: [], statuses: {} };
  const upload = async () => {
    const { status, headers } = await served.transcribe(recording);
    const answer = `${status}${headers.has("retry-after") ? " with Retry-After" : ""}`;
    crowd.statuses[answer] = (crowd.statuses[answer] ?? 0) + 1;
  };
  const all = () => Promise.all(Array.from({ length: uploads }, upload));
  crowd.healthMs = await served.watchedDuring(all);
  return crowd;
}

function tablesOf({ model, together, leaves, crowd }: Found): Table[] {
  const { healthMs, statuses } = crowd;
  const answers = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`);
  return [
    {
      title: `${atOnce} requests at once, ${model}`,
      head: ["Tokens", "One alone", `${atOnce} at once`, `Against ${atOnce} alone`],
      rows: together.map(({ tokens, aloneMs, togetherMs }) => [
        tokens > 0 ? String(tokens) : "to the end",
        duration(median(aloneMs)),
        duration(median(togetherMs)),
        significant(median(togetherMs) / (atOnce * median(aloneMs))),
      ]),
    },
    {
      title: `Until the next request has the place of a client that left, ${model}`,
      head: ["It left in", "Median", "99 %", "Worst"],
      rows: stages.map((stage) => [stage, ...shown(leaves[stage])]),
    },
    {
      title: `/health beside ${uploads} uploads, ${model}`,
      head: ["Median", "99 %", "Worst", "The uploads' answers"],
      rows: [[...shown(healthMs), answers.join(", ")]],
    },
  ];
}

function shown(ms: readonly number[]): string[] {
  return [0.5, 0.99, 1].map((share) => duration(quantile(ms, share)));
}
