import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Asr } from "../../ts/asr.ts";
import { AsrError } from "../../ts/contract/errors.ts";
import type { Transcript } from "../../ts/contract/transcript.ts";
import { demoSample } from "../../ts/native/locate.ts";
import { readManifest } from "../../ts/wer/references.ts";
import { score } from "../../ts/wer/score.ts";
import { percent, significant } from "../report/format.ts";
import type { Progress } from "../report/progress.ts";
import { type BenchModel, chosenModels } from "../subjects/models.ts";
import { type Clip, type Joined, joined } from "../synthetic/recording.ts";
import type { Bench, BenchOptions, BenchReport } from "./bench.ts";

/** What one model gave for the recording, as a whole and as a stream. */
interface Found {
  model: string;
  kernels: string;
  live: LiveRun;
  offline: Transcript;
}

/** What is read along a stream, at each tenth of it. */
interface Reading {
  /** Processor time of this process so far, in ms. */
  cpu: number;
  /** In MiB. */
  resident: number;
}

interface LiveRun {
  transcript: Transcript;
  readings: Reading[];
  /** How late timers of the caller's thread were, in ms, in order. */
  lateness: number[];
}

type Settings = Parameters<Asr["stream"]>[1];

/** Live against whole transcription of one long recording, and what a stream costs as it grows. */
export const live: Bench = {
  summary: "a long recording as a stream and as a whole: errors, time, memory, late timers",
  run: measure,
};

async function measure(options: BenchOptions, progress: Progress): Promise<BenchReport> {
  // Random weights write no words to compare.
  const { models, notes } = await chosenModels({ ...options, synthetic: false }, progress);
  const { manifest, minutes = options.quick ? 1 : 10, ...cutting } = options.live;
  const folder = await mkdtemp(join(tmpdir(), "bun-asr-live-"));
  try {
    const path = join(folder, "long.wav");
    progress.step(`joining recordings to one of ${minutes} min`);
    const recording = await joined(path, { clips: await clipsOf(manifest), minutes, seed: 1 });
    const found: Found[] = [];
    for (const model of models) {
      found.push(await measureModel(model, path, recording, cutting, progress));
    }
    return {
      tables: [errorTable(found, recording), growthTable(found, recording)],
      notes: [
        `One recording of ${recording.duration.toFixed(0)} s, joined from clips with pauses.`,
        "Processor time: of the whole process, for a second of audio, and how it grows.",
        "Timers late: by how much timers of 1 ms on the caller's thread come too late.",
        ...notes,
      ],
      data: { duration: recording.duration, models: found.map(dataOf) },
      kernels: found[0]!.kernels,
      randomWeights: false,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function clipsOf(manifest: string | undefined): Promise<readonly Clip[]> {
  if (manifest !== undefined) return await readManifest(manifest);
  const text = await Bun.file(demoSample.replace(/\.wav$/, ".txt")).text();
  return [{ path: demoSample, text: text.trim() }];
}

async function measureModel(
  model: BenchModel,
  path: string,
  { duration }: Joined,
  { stepSeconds, ...cutting }: Omit<BenchOptions["live"], "manifest" | "minutes">,
  progress: Progress,
): Promise<Found> {
  await using asr = await Asr.load(model.folder);
  progress.step(`${model.label}: as a whole`);
  const offline = await asr.transcribe(path, cutting);
  progress.step(`${model.label}: as a stream`);
  const run = await heardLive(asr, { path, duration }, { ...cutting, stepSeconds });
  return { model: model.label, kernels: asr.info.kernels, live: run, offline };
}

async function heardLive(
  asr: Asr,
  { path, duration }: { path: string; duration: number },
  settings: Settings,
): Promise<LiveRun> {
  const readings: Reading[] = [];
  const lateness: number[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    lateness.push(now - last - 1);
    last = now;
  }, 1);
  const onProgress = ({ done }: { done: number }) => {
    const { user, system } = process.cpuUsage();
    const resident = process.memoryUsage.rss() / 2 ** 20;
    readings[Math.floor((10 * done) / duration)] = { cpu: (user + system) / 1000, resident };
  };
  // The samples behind the header, as a microphone gives them.
  const input = { stream: Bun.file(path).slice(44).stream(), sampleRate: 16_000 };
  let transcript: Transcript | undefined;
  try {
    for await (const event of asr.stream(input, { ...settings, onProgress })) {
      if (event.type === "finish") transcript = event.transcript;
    }
  } finally {
    clearInterval(timer);
  }
  if (transcript === undefined) throw new AsrError("native", `${path}: the stream has no end`);
  return { transcript, readings, lateness: lateness.sort((a, b) => a - b) };
}

function errorTable(found: readonly Found[], { text }: Joined) {
  return {
    title: "As a stream and as a whole",
    head: ["Model", "WER live", "WER whole", "RTF live", "RTF whole"],
    rows: found.map(({ model, live: { transcript }, offline }) => [
      model,
      percent(errorRate(text, transcript)),
      percent(errorRate(text, offline)),
      significant(transcript.rtf),
      significant(offline.rtf),
    ]),
  };
}

function errorRate(reference: string, { text }: Transcript): number {
  const { words } = score(reference, text, "English", "words");
  const { hits = 0, substitutions = 0, deletions = 0, insertions = 0 } = words ?? {};
  return (substitutions + deletions + insertions) / (hits + substitutions + deletions);
}

function growthTable(found: readonly Found[], { duration }: Joined) {
  return {
    title: "Along the stream",
    head: ["Model", "Processor time", "last ÷ first third", "Memory", "Timers late", "99 %"],
    rows: found.map(({ model, live: { readings, lateness } }) => {
      const at = (index: number) => readings[index]?.cpu ?? Number.NaN;
      // The first tenth has the start of the program in it.
      const growth = (at(9) - at(6)) / (at(3) - at(0));
      const resident = readings.map((reading) => reading.resident);
      const late = (share: number) => lateness[Math.floor((lateness.length - 1) * share)] ?? 0;
      return [
        model,
        `${((at(9) - at(0)) / (0.9 * duration)).toFixed(1)} ms/s`,
        growth.toFixed(3),
        `${Math.min(...resident).toFixed(0)}–${Math.max(...resident).toFixed(0)} MiB`,
        `${late(0.5).toFixed(1)} ms`,
        `${late(0.99).toFixed(1)} ms`,
      ];
    }),
  };
}

/** The samples behind the tables; timers are too many to keep. */
function dataOf({ model, live: { transcript, readings }, offline }: Found) {
  return { model, live: transcript.text, whole: offline.text, readings };
}
