import type { Progress } from "../report/progress.ts";
import { type Build, openRecordings, openStages } from "./build.ts";
import type { BenchModel } from "./models.ts";
import type { Heard, Subject } from "./subject.ts";

/** Tokens that speech takes in a second, and those of a chunk of 30 s. */
export const tokensPerSecond = 3.2;
export const chunkTokens = 96;

/** How often things are measured, and how much is heard as a whole and as a stream, in seconds. */
export interface Plan {
  rounds: number;
  batchRounds: number;
  recordingRounds: number;
  recording: number;
  live: number;
  sessions: readonly number[];
}

export const fullPlan: Plan = {
  rounds: 5,
  batchRounds: 3,
  recordingRounds: 1,
  recording: 600,
  live: 60,
  sessions: [1, 8, 16],
};
export const quickPlan: Plan = {
  rounds: 2,
  batchRounds: 1,
  recordingRounds: 1,
  recording: 60,
  live: 20,
  sessions: [1, 8],
};

/** Samples of one figure of one build, in milliseconds, bytes or a ratio. */
export type Samples = Map<string, number[]>;

/** All samples of one model, by build. */
export async function speedSamples(
  { label, folder, isRandom }: BenchModel,
  builds: readonly Build[],
  plan: Plan,
  progress: Progress,
): Promise<{ samples: Samples[]; used: string }> {
  const samples = builds.map((): Samples => new Map());
  const add = (build: number, name: string, value: number) => {
    const all = samples[build]!;
    all.set(name, [...(all.get(name) ?? []), value]);
  };
  const inTurns = async (
    rounds: number,
    what: string,
    work: (build: Build, index: number) => Promise<void>,
  ) => {
    for (let round = 1; round <= rounds; round++) {
      for (const [index, build] of builds.entries()) {
        progress.step(`${label}, ${build.name}: ${what}, ${round} of ${rounds}`);
        await work(build, index);
      }
    }
  };
  await inTurns(plan.rounds, "opening", async (build, index) => {
    await using subject = await openStages(build, folder);
    const { openMs, rss, about } = subject.opened;
    add(index, names.open, openMs);
    add(index, names.memory, rss / Number(about["weightBytes"]));
  });
  const subjects: Subject[] = [];
  let used = "";
  try {
    for (const build of builds) {
      const subject = await openStages(build, folder);
      subjects.push(subject);
      await subject.run({ seconds: 1, tokens: 1 });
    }
    used = String(subjects[0]!.opened.about["kernels"]);
    await inTurns(plan.rounds, "clips", async (_, index) => {
      const short = await subjects[index]!.run({ seconds: 10, tokens: 32 });
      add(index, names.encoder, short.encodeMs);
      add(index, names.prefill, short.prefillMs);
      add(index, names.decode, short.decodeMs / 32);
      add(index, names.short, short.totalMs);
      const long = await subjects[index]!.run({ seconds: 30, tokens: chunkTokens });
      add(index, names.long, long.totalMs);
    });
    await inTurns(plan.batchRounds, "batches", async (_, index) => {
      for (const sessions of plan.sessions) {
        const { decodeMs } = await subjects[index]!.run({ seconds: 5, tokens: 16, sessions });
        add(index, names.batch(sessions), (1000 * 16 * sessions) / decodeMs);
      }
    });
  } finally {
    for (const subject of subjects) await subject[Symbol.asyncDispose]();
  }
  await inTurns(plan.recordingRounds, "recordings", async (build, index) => {
    await using subject = await openRecordings(build, folder);
    const fixed = (tokens: number) => (isRandom ? tokens : null);
    await subject.run<Heard>({ seconds: 4, tokens: fixed(4) });
    const { recording, live } = plan;
    const whole = await subject.run<Heard>({ seconds: recording, tokens: fixed(chunkTokens) });
    add(index, names.recording, whole.totalMs / recording);
    const clip = { seconds: live, tokens: fixed(liveTokens), isLive: true };
    const heard = await subject.run<Heard>(clip);
    add(index, names.live, heard.cpuMs / live);
  });
  return { samples, used };
}

/** Fewer than a loop is noticed at: the same hypothesis at each step, as most of real ones is. */
export const liveTokens = 20;

/** The figures by what they are called. */
export const names = {
  encoder: "Encoder, 10 s",
  prefill: "Prefill, 10 s",
  decode: "Decode, a token",
  short: "10 s clip, 32 tokens",
  long: `30 s clip, ${chunkTokens} tokens`,
  batch: (sessions: number) => `Tokens a second, ${sessions} together`,
  recording: "Recording in chunks, a second of it",
  live: "Live, processor time a second of audio",
  open: "Opening, from the page cache",
  memory: "Memory when opened ÷ weights",
};
