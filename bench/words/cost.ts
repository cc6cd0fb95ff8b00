import { wordTimes } from "../../ts/align/attention/word-times.ts";
import { spokenWords } from "../../ts/align/words/words.ts";
import { sampleRate } from "../../ts/audio/samples/recording.ts";
import { Model, type Session } from "../../ts/native/model.ts";
import { speech } from "../../ts/testing/goldens.ts";
import type { Progress } from "../report/progress.ts";
import { median } from "../report/statistics.ts";
import type { BenchModel } from "../subjects/models.ts";

/** What so many sessions that step together take, in ms. */
export interface Cost {
  model: BenchModel;
  sessions: number;
  tokens: number;
  seconds: number;
  /** All steps of a run, without and with the queries kept. */
  plain: number[];
  keeping: number[];
  /** Reading the attention of all tokens, and making words of it, for all sessions. */
  reading: number[];
}

export interface CostPlan {
  seconds: number;
  tokens: number;
  sessions: readonly number[];
  pairs: number;
}

/**
 * Times steps of sessions that keep what they look at and of such that do not, step by step in
 * turns, so that whatever else the machine does meets both. None of a model without alignment
 * heads.
 */
export function attentionCosts(model: BenchModel, plan: CostPlan, progress: Progress): Cost[] {
  const { seconds, tokens, pairs } = plan;
  using opened = Model.open(model.folder);
  if (opened.info.alignmentHeads === 0) return [];
  const samples = speech(seconds * sampleRate);
  return plan.sessions.map((sessions) => {
    const cost: Cost = { model, sessions, tokens, seconds, plain: [], keeping: [], reading: [] };
    // The first pair fills caches.
    for (let pair = 0; pair <= pairs; pair++) {
      progress.step(`${model.label}: ${sessions} sessions, pair ${pair} of ${pairs}`);
      const found = onePair(opened, samples, sessions, tokens);
      if (pair === 0) continue;
      cost.plain.push(found.plain);
      cost.keeping.push(found.keeping);
      cost.reading.push(found.reading);
    }
    return cost;
  });
}

/** The median over the pairs of how much longer keeping takes, and reading, as parts of a run. */
export function shares({ plain, keeping, reading }: Cost): { keeping: number; reading: number } {
  return {
    keeping: median(keeping.map((time, pair) => time / plain[pair]! - 1)),
    reading: median(reading.map((time, pair) => time / plain[pair]!)),
  };
}

function onePair(model: Model, samples: Float32Array, count: number, tokens: number) {
  const opened = (alignment: boolean) =>
    Array.from({ length: count }, () => model.session({ alignment, ignoreEos: true }));
  const [plain, keeping] = [opened(false), opened(true)];
  try {
    for (const session of plain) prefilled(session, samples);
    const ends = keeping.map((session) => prefilled(session, samples));
    const times = { plain: [] as number[], keeping: [] as number[] };
    const step = (sessions: Session[], into: number[]) => {
      const began = performance.now();
      model.step(sessions);
      into.push(performance.now() - began);
    };
    for (let token = 0; token < tokens; token++) {
      if (token % 2 === 0) step(plain, times.plain);
      step(keeping, times.keeping);
      if (token % 2 === 1) step(plain, times.plain);
    }
    const began = performance.now();
    for (const [index, session] of keeping.entries()) {
      timed(session, ends[index]!, tokens, samples.length / sampleRate);
    }
    const reading = performance.now() - began;
    return { plain: withoutPeaks(times.plain), keeping: withoutPeaks(times.keeping), reading };
  } finally {
    for (const session of [...plain, ...keeping]) session.close();
  }
}

/** The sum of times, where one that was interrupted counts as twice the usual one. */
function withoutPeaks(times: readonly number[]): number {
  const most = 2 * median(times);
  return times.reduce((sum, time) => sum + Math.min(time, most), 0);
}

/** The position behind the prompt. */
function prefilled(session: Session, samples: Float32Array): number {
  session.mel(samples);
  const { audioPad } = session.model.info.tokens;
  const pads = Array<number>(session.encode()).fill(audioPad);
  const end = session.prefill(Int32Array.of(1, 2, 3, 4, ...pads, 5, 6, 7, 8));
  session.finish();
  return end;
}

/** Words as if each token had written one. */
function timed(session: Session, position: number, count: number, seconds: number): void {
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
