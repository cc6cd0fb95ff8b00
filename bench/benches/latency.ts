import { sampleRate } from "../../ts/audio/samples/recording.ts";
import { Batch } from "../../ts/engine/decode/batch.ts";
import { Stages } from "../../ts/engine/decode/stages.ts";
import { Model, type Session } from "../../ts/native/model.ts";
import { speech } from "../../ts/testing/goldens.ts";
import { seededRandom } from "../../ts/wer/seeded-random.ts";
import { duration } from "../report/format.ts";
import type { Progress } from "../report/progress.ts";
import { quantile } from "../report/statistics.ts";
import { type BenchModel, chosenModels, shownName } from "../subjects/models.ts";
import type { Bench, BenchOptions, BenchReport } from "./bench.ts";

/** The chunk that keeps the thread busy, and the recordings beside it, in seconds. */
interface Plan {
  long: number;
  short: number;
  /** Tokens of each. */
  tokens: number;
  aborts: number;
}

const fullPlan: Plan = { long: 1200, short: 2, tokens: 8, aborts: 5 };
const quickPlan: Plan = { long: 60, short: 2, tokens: 8, aborts: 5 };

/** How the stages of the long chunk are done. */
type Way = "at once" | "in slices";

/** What others saw while the long chunk was prepared. */
interface Found {
  way: Way;
  /** Of a stage of the long chunk: mel, encode, prefill. */
  stageMs: number[];
  /** How long each turn of the event loop took: what whoever comes just then waits. */
  turnMs: number[];
  /** How long each token of the recording beside took. */
  tokenMs: number[];
}

/** What a long chunk does to whoever shares the thread with it. */
export const latency: Bench = {
  summary: "how long others wait beside a long chunk, and until an abort is heard",
  run: measure,
};

async function measure(options: BenchOptions, progress: Progress): Promise<BenchReport> {
  const { models, notes, randomWeights } = await chosenModels(options, progress);
  const plan = options.quick ? quickPlan : fullPlan;
  const found: { model: string; ways: Found[]; abortMs: number[] }[] = [];
  let kernels = "";
  for (const chosen of models) {
    using model = Model.open(chosen.folder);
    kernels = model.info.kernels;
    found.push(await measureModel(model, chosen, plan, progress));
  }
  return {
    tables: found.map(({ model, ways, abortMs }) => ({
      title: `Beside a chunk of ${plan.long} s, ${model}`,
      head: ["", "Median", "99 %", "Worst"],
      rows: [
        ...ways.map(({ way, turnMs }) => [`a turn, stages ${way}`, ...shown(turnMs)]),
        ...ways.map(({ way, tokenMs }) => [`a token, stages ${way}`, ...shown(tokenMs)]),
        ["until an abort is heard", ...shown(abortMs)],
      ],
    })),
    notes: [
      "A turn of the event loop is what an abort, a message or a new recording waits at most. A " +
        "token is one of a recording that is decoded beside the chunk while that is prepared.",
      `Aborts come at ${plan.aborts} random moments of the chunk's preparation.`,
      ...notes,
    ],
    data: { plan, models: found },
    kernels,
    randomWeights,
  };
}

async function measureModel(model: Model, chosen: BenchModel, plan: Plan, progress: Progress) {
  const label = shownName(chosen);
  const ways: Found[] = [];
  for (const way of ["at once", "in slices"] as const) {
    progress.step(`${label}: a chunk of ${plan.long} s ${way}`);
    ways.push(await beside(model, plan, way));
  }
  const lasts = ways[1]!.stageMs.reduce((sum, ms) => sum + ms, 0);
  const random = seededRandom(1);
  const abortMs: number[] = [];
  for (let abort = 1; abort <= plan.aborts; abort++) {
    progress.step(`${label}: abort ${abort} of ${plan.aborts}`);
    abortMs.push(await heardAbort(model, plan, random() * lasts));
  }
  return { model: label, ways, abortMs };
}

/** Prepares the long chunk, and decodes short recordings beside it, one after the other. */
async function beside(model: Model, plan: Plan, way: Way): Promise<Found> {
  const stages = new Stages();
  const batch = new Batch(model, stages);
  const found: Found = { way, stageMs: [], turnMs: [], tokenMs: [] };
  const end = new AbortController();
  const others = Promise.all([
    watchTurns(found.turnMs, end.signal),
    decodeShort(model, stages, batch, plan, found.tokenMs, end.signal),
  ]);
  using session = model.session();
  await prepare(session, plan.long, async () => {
    const started = performance.now();
    if (way === "at once") session.finish();
    await stages.finish(session, { party: session });
    found.stageMs.push(performance.now() - started);
    return true;
  });
  end.abort();
  await others;
  return found;
}

async function watchTurns(turnMs: number[], end: AbortSignal): Promise<void> {
  for (let last = performance.now(); !end.aborted; ) {
    await new Promise((resolve) => setImmediate(resolve));
    const now = performance.now();
    turnMs.push(now - last);
    last = now;
  }
}

async function decodeShort(
  model: Model,
  stages: Stages,
  batch: Batch,
  plan: Plan,
  tokenMs: number[],
  end: AbortSignal,
): Promise<void> {
  while (!end.aborted) {
    using session = model.session({ ignoreEos: true });
    const isReady = await prepare(session, plan.short, () =>
      stages.finish(session, { party: session, signal: end }),
    );
    for (let token = 0; isReady && token < plan.tokens && !end.aborted; token++) {
      const asked = performance.now();
      await batch.next(session, { party: session });
      tokenMs.push(performance.now() - asked);
    }
  }
}

/** Milliseconds from an abort, so long after the chunk was begun, until its work has ended. */
async function heardAbort(model: Model, plan: Plan, afterMs: number): Promise<number> {
  const stages = new Stages();
  const abort = new AbortController();
  let aborted = Number.NaN;
  const timer = setTimeout(() => {
    aborted = performance.now();
    abort.abort();
  }, afterMs);
  const session = model.session();
  await prepare(session, plan.long, () =>
    stages.finish(session, { party: session, signal: abort.signal }),
  );
  clearTimeout(timer);
  session.close();
  return Number.isNaN(aborted) ? 0 : performance.now() - aborted;
}

/** Speech through all stages before decoding; `finish` may end them early with false. */
async function prepare(
  session: Session,
  seconds: number,
  finish: () => Promise<boolean>,
): Promise<boolean> {
  session.mel(speech(seconds * sampleRate));
  if (!(await finish())) return false;
  const pads = new Int32Array(session.encode()).fill(session.model.info.tokens.audioPad);
  if (!(await finish())) return false;
  session.prefill(Int32Array.of(1, ...pads, 2));
  return await finish();
}

function shown(ms: readonly number[]): string[] {
  return [0.5, 0.99, 1].map((share) => (ms.length > 0 ? duration(quantile(ms, share)) : "none"));
}
