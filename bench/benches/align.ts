import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { alignedText } from "../../ts/align/given/alignment.ts";
import { Asr } from "../../ts/asr.ts";
import type { Alignment, Unmatched } from "../../ts/contract/alignment.ts";
import type { Span, Word } from "../../ts/contract/transcript.ts";
import { demoSample } from "../../ts/native/locate.ts";
import { readLines } from "../../ts/wer/lines.ts";
import { parseObject, readManifest } from "../../ts/wer/references.ts";
import { bytes, duration, percent, significant } from "../report/format.ts";
import type { Progress } from "../report/progress.ts";
import { median } from "../report/statistics.ts";
import { chosenModels } from "../subjects/models.ts";
import { type Planted, plantedText, type SaidWord } from "../synthetic/planted.ts";
import { type Clip, type Joined, joined } from "../synthetic/recording.ts";
import type { Bench, BenchOptions, BenchReport } from "./bench.ts";

/** A clip and its words, with their times where these are known. */
interface TimedClip extends Clip {
  words: SaidWord[];
}

interface Found {
  model: string;
  alignment: Alignment;
  alignMs: number;
  transcribeMs: number;
  matchMs: number;
  /** Of the process before the work, and the largest meanwhile. */
  residentBefore: number;
  resident: number;
  /** Distances of starts and of ends from the truth, in seconds. */
  errors: number[];
  found: Planted[];
  /** Words within other stretches that did not match. */
  others: number;
}

/** Changes for each hour, and so many at least. */
const changesPerHour = 50;
const minChanges = 4;
/** Between clips, in seconds: with those within them, it is 150 words a minute. */
const pauses = [0, 0.3] as const;
/** A change may be told a little beside its place, in seconds. */
const tolerance = 2;

/** A text with mistakes, aligned to a long recording. */
export const align: Bench = {
  summary: "a long recording and a text with planted mistakes: time, memory, word times",
  run: measure,
};

async function measure(options: BenchOptions, progress: Progress): Promise<BenchReport> {
  // Random weights hear nothing that could be matched.
  const { models, notes } = await chosenModels({ ...options, synthetic: false }, progress);
  const { manifest, minutes = options.quick ? 1 : 60, chunkSeconds } = options.live;
  const folder = await mkdtemp(join(tmpdir(), "bun-asr-align-"));
  try {
    const path = join(folder, "long.wav");
    progress.step(`joining recordings to one of ${minutes} min`);
    const clips = await clipsOf(manifest);
    const recording = await joined(path, { clips, minutes, seed: 1, pauses });
    const spoken = wordsOf(recording);
    const changes = Math.max(minChanges, Math.round((changesPerHour * minutes) / 60));
    const text = plantedText(spoken, changes, 2);
    const found: Found[] = [];
    let kernels = "";
    for (const { folder: model, label } of models) {
      await using asr = await Asr.load(model);
      kernels = asr.info.kernels;
      const timing = await timed(asr, path, text.words.join(" "), chunkSeconds, (step) =>
        progress.step(`${label}: ${step}`),
      );
      found.push({ model: label, ...timing, ...judged(timing.alignment, text, spoken) });
    }
    const { length } = text.words;
    return {
      tables: [costTable(found), foundTable(found, text.planted)],
      notes: [
        `One recording of ${recording.duration.toFixed(0)} s, joined from clips with pauses, and ` +
          `its text of ${length} words with ${changes} changes of 3 to 8 words: in turn words ` +
          "that nobody says and words that are left out.",
        "Memory: that of the process before the work, and the largest while it goes on.",
        "A change is found where a stretch of its kind with half to twice as many words is told " +
          `within ${tolerance} s of its place. Others: words in other stretches, which the model ` +
          "misheard.",
        "Times of words: distances of starts and ends from those that the synthesizers tell, of " +
          "words that were heard and are told apart there.",
        ...notes,
      ],
      data: { duration: recording.duration, words: length, models: found.map(dataOf) },
      kernels,
      randomWeights: false,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The clips of a manifest, whose lines may have `words` with `text`, `start` and `end`. */
async function clipsOf(manifest: string | undefined): Promise<TimedClip[]> {
  const plain = ({ path, text }: Clip, words?: SaidWord[]): TimedClip => {
    const untimed = text.split(/\s+/).map((word) => ({ text: word, span: {} }));
    return { path, text, words: words ?? untimed };
  };
  if (manifest === undefined) {
    const text = await Bun.file(demoSample.replace(/\.wav$/, ".txt")).text();
    return [plain({ path: demoSample, text: text.trim() })];
  }
  const words = new Map<string, SaidWord[]>();
  for (const { number, text } of await readLines(manifest)) {
    const line = parseObject(text, `${manifest}, line ${number}`);
    const { words: own } = line;
    if (!Array.isArray(own)) continue;
    const times = own.map(({ text: word, start, end }): SaidWord => {
      return {
        text: word,
        span: { ...(start === null ? {} : { start }), ...(end === null ? {} : { end }) },
      };
    });
    words.set(resolve(dirname(manifest), String(line["path"])), times);
  }
  return (await readManifest(manifest)).map((clip) => plain(clip, words.get(clip.path)));
}

/** The words of a joined recording, with their times in it. */
function wordsOf({ parts }: Joined): SaidWord[] {
  return parts.flatMap(({ clip, start: at }) =>
    (clip as TimedClip).words.map(({ text, span: { start, end } }) => {
      const moved = {
        ...(start === undefined ? {} : { start: at + start }),
        ...(end === undefined ? {} : { end: at + end }),
      };
      return { text, span: moved };
    }),
  );
}

async function timed(
  asr: Asr,
  path: string,
  text: string,
  chunkSeconds: number | undefined,
  step: (text: string) => void,
) {
  const residentBefore = process.memoryUsage.rss();
  let resident = residentBefore;
  const onProgress = () => {
    resident = Math.max(resident, process.memoryUsage.rss());
  };
  step("aligning");
  let started = performance.now();
  const alignment = await asr.align(path, text, { chunkSeconds, onProgress });
  const alignMs = performance.now() - started;
  onProgress();
  step("transcribing");
  started = performance.now();
  const transcript = await asr.transcribe(path, { chunkSeconds });
  const transcribeMs = performance.now() - started;
  started = performance.now();
  await alignedText(transcript, text);
  const matchMs = performance.now() - started;
  return { alignment, alignMs, transcribeMs, matchMs, residentBefore, resident };
}

function judged(
  { segments, unmatched }: Alignment,
  { words, said, planted }: ReturnType<typeof plantedText>,
  spoken: readonly SaidWord[],
): Pick<Found, "errors" | "found" | "others"> {
  const times = segments.flatMap((segment) => segment.words ?? []);
  const errors: number[] = [];
  const place = new Map<number, Word>();
  for (const [index, at] of said.entries()) {
    const word = times[index];
    if (word?.text !== words[index]) throw new Error(`word ${index} is ${word?.text}`);
    if (at === undefined || word === undefined) continue;
    place.set(at, word);
    const { start, end } = spoken[at]!.span;
    if (word.probability === 0) continue;
    if (start !== undefined) errors.push(Math.abs(word.start - start));
    if (end !== undefined) errors.push(Math.abs(word.end - end));
  }
  const told = new Set<Unmatched>();
  const found = planted.filter(({ kind, words: own, at }) => {
    const [before, after] = [at - (kind === "text" ? 1 : own.length + 1), at];
    const span: Span = {
      start: (place.get(before)?.end ?? 0) - tolerance,
      end: (place.get(after)?.start ?? Number.POSITIVE_INFINITY) + tolerance,
    };
    const one = unmatched.find((stretch) => {
      const count = stretch.text.split(" ").length;
      const isNear = stretch.start < span.end && stretch.end > span.start;
      const isLike = count >= own.length / 2 && count <= 2 * own.length;
      return stretch.kind === kind && isNear && isLike;
    });
    if (one !== undefined) told.add(one);
    return one !== undefined;
  });
  const others = unmatched.filter((one) => !told.has(one));
  const count = others.reduce((sum, { text }) => sum + text.split(" ").length, 0);
  return { errors, found, others: count };
}

function costTable(found: readonly Found[]) {
  return {
    title: "What it takes",
    head: ["Model", "Aligned in", "RTF", "Transcribed alone in", "Matching", "Memory"],
    rows: found.map((one) => [
      one.model,
      duration(one.alignMs),
      significant(one.alignMs / 1000 / one.alignment.duration),
      duration(one.transcribeMs),
      duration(one.matchMs),
      `${bytes(one.residentBefore)} – ${bytes(one.resident)}`,
    ]),
  };
}

function foundTable(found: readonly Found[], planted: readonly Planted[]) {
  const ofKind = (all: readonly Planted[], kind: Planted["kind"]) =>
    all.filter((one) => one.kind === kind).length;
  return {
    title: "What it finds",
    head: ["Model", "Heard", "Not said", "Left out", "Others", "Word times", "≤ 0.1 s", "≤ 0.2 s"],
    rows: found.map(({ model, alignment, found: own, others, errors }) => {
      const within = (limit: number) =>
        percent(errors.filter((error) => error <= limit).length / errors.length);
      return [
        model,
        percent(alignment.matched),
        ...(["text", "speech"] as const).map(
          (kind) => `${ofKind(own, kind)} of ${ofKind(planted, kind)}`,
        ),
        String(others),
        ...(errors.length === 0
          ? ["unknown", "", ""]
          : [`± ${duration(1000 * median(errors))}`, within(0.1), within(0.2)]),
      ];
    }),
  };
}

/** The samples behind the tables. */
function dataOf({ alignment, errors, ...figures }: Found) {
  const { matched, unmatched, timings } = alignment;
  return { ...figures, matched, unmatched, timings, timesCompared: errors.length };
}
