import { wordTimes } from "../../ts/align/attention/word-times.ts";
import { spokenWords } from "../../ts/align/words/words.ts";
import { sampleRate } from "../../ts/audio/samples/recording.ts";
import { Model, type Session } from "../../ts/native/model.ts";
import { speech } from "../../ts/testing/goldens.ts";
import type { Progress } from "../report/progress.ts";
import type { BenchModel } from "../subjects/models.ts";

/** What so many sessions that step together take, in ms. */
export interface Cost {
  model: BenchModel;
  sessions: number;
  tokens: number;
  seconds: number;
  /** The steps of each run without and with the queries kept, [runs, tokens]. */
  plain: number[][];
  keeping: number[][];
  /** Reading the attention of all tokens, and making words of it, for all sessions: [runs]. */
  reading: number[];
}

export interface CostPlan {
  seconds: number;
  tokens: number;
  sessions: readonly number[];
  runs: number;
}

/**
 * Times steps of sessions that keep what they look at and of such that do not, step by step in
 * turns, so that whatever else the machine does meets both. None of a model without alignment
 * heads.
 */
export function attentionCosts(model: BenchModel, plan: CostPlan, progress: Progress): Cost[] {
  const { seconds, tokens, runs } = plan;
  using opened = Model.open(model.folder);
  if (opened.info.alignmentHeads === 0) return [];
  const samples = speech(seconds * sampleRate);
  return plan.sessions.map((sessions) => {
    const plain = Array.from({ length: sessions }, () => prefilled(opened, samples, false));
    const keeping = Array.from({ length: sessions }, () => prefilled(opened, samples, true));
    const cost: Cost = { model, sessions, tokens, seconds, plain: [], keeping: [], reading: [] };
    // The first run fills caches.
    for (let run = 0; run <= runs; run++) {
      progress.step(`${model.label}: ${sessions} sessions, run ${run} of ${runs}`);
      const found = oneRun(opened, plain, keeping, tokens);
      const began = performance.now();
      for (const prompt of keeping) timed(prompt, tokens, seconds);
      if (run === 0) continue;
      cost.plain.push(found.plain);
      cost.keeping.push(found.keeping);
      cost.reading.push(performance.now() - began);
    }
    for (const { session } of [...plain, ...keeping]) session.close();
    return cost;
  });
}

/** What a step takes when nothing else happens, in ms. */
export function stepOf({ plain, tokens }: Cost): number {
  return undisturbed(plain) / tokens;
}

/** How much longer keeping takes, and reading, as parts of all steps, were nothing else to do. */
export function shares({ plain, keeping, reading }: Cost): { keeping: number; reading: number } {
  const all = undisturbed(plain);
  return { keeping: undisturbed(keeping) / all - 1, reading: Math.min(...reading) / all };
}

/**
 * The sum of the steps, each as fast as it ever was: what other programs do meets no step in all
 * runs, and what a step always does, as tidying up at each thirty-second, is in it.
 */
function undisturbed(runs: readonly (readonly number[])[]): number {
  const [first = []] = runs;
  return first.reduce((sum, _, step) => sum + Math.min(...runs.map((run) => run[step]!)), 0);
}

/** A session behind a prompt with audio, and where that ends. */
interface Prompt {
  session: Session;
  end: number;
}

/** Any ordinary token, with which the prompt ends. */
const lastId = 8;

function prefilled(model: Model, samples: Float32Array, alignment: boolean): Prompt {
  const session = model.session({ alignment, ignoreEos: true });
  session.mel(samples);
  const pads = Array<number>(session.encode()).fill(model.info.tokens.audioPad);
  const end = session.prefill(Int32Array.of(1, 2, 3, 4, ...pads, 5, 6, 7, lastId));
  session.finish();
  return { session, end };
}

/** Steps from the end of the prompt on. */
function oneRun(model: Model, plain: Prompt[], keeping: Prompt[], tokens: number) {
  for (const { session, end } of [...plain, ...keeping]) {
    session.rewind(end - 1);
    session.prefill(Int32Array.of(lastId));
    session.finish();
  }
  const step = (prompts: Prompt[], into: number[]) => {
    const began = performance.now();
    model.step(prompts.map(({ session }) => session));
    into.push(performance.now() - began);
  };
  const times = { plain: [] as number[], keeping: [] as number[] };
  for (let token = 0; token < tokens; token++) {
    if (token % 2 === 0) step(plain, times.plain);
    step(keeping, times.keeping);
    if (token % 2 === 1) step(plain, times.plain);
  }
  return times;
}

/** Words as if each token had written one. */
function timed({ session, end: position }: Prompt, count: number, seconds: number): void {
  const text = " word".repeat(count);
  const tokens = Array.from({ length: count }, (_, index) => ({
    from: 5 * index,
    to: 5 * index + 5,
  }));
  wordTimes({
    text,
    rows: (from, to) => session.alignment({ from: position - 1 + from, to: position - 1 + to }),
    tokens,
    words: spokenWords(text, "English"),
    audio: { start: 0, end: seconds, speech: [{ start: 0, end: seconds }] },
    offset: 0,
  });
}
