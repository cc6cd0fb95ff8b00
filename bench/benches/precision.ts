import { join } from "node:path";
import { sampleRate } from "../../ts/audio/samples/recording.ts";
import { Model } from "../../ts/native/model.ts";
import { goldensFolder, speech } from "../../ts/testing/goldens.ts";
import { seededRandom } from "../../ts/wer/seeded-random.ts";
import { type PrecisionName, type Texts, texts } from "../precision/texts.ts";
import { duration, percent, significant } from "../report/format.ts";
import type { Progress } from "../report/progress.ts";
import { median } from "../report/statistics.ts";
import type { Table } from "../report/table.ts";
import {
  type BenchModel,
  demo,
  onlyDemoNote,
  publishedModels,
  shownName,
} from "../subjects/models.ts";
import type { Bench, BenchOptions, BenchReport } from "./bench.ts";

/** What one recording gave, and how long its stages took, in ms. */
interface Outcome {
  /** Audio embeddings, [N, hidden]. */
  encoder: Float32Array;
  /** Scores of the first token, [vocab]. */
  logits: Float32Array;
  encodeMs: number;
  prefillMs: number;
  /** Of one token. */
  decodeMs: number;
}

/** Differences of `auto` from `full`, one for each recording. */
interface Found {
  model: string;
  encoder: number[];
  logits: number[];
  /** Recordings whose likeliest first token is another one. */
  changed: number;
  /** What rounding gains: medians of both, in ms. */
  times: Record<"encodeMs" | "prefillMs" | "decodeMs", Record<PrecisionName, number>>;
}

/**
 * The small shapes of the goldens, whose random weights are sharper than those that models begin
 * with. Their times mean nothing.
 */
const goldens = ["small", "small-q4", "small-mixed"].map(
  (name): BenchModel => ({
    label: `goldens, ${name}`,
    folder: join(goldensFolder, name),
    isRandom: false,
  }),
);

/** How many tokens are written, for their time alone. */
const tokensTimed = 8;

/** What the faster arithmetic costs in precision. */
export const precision: Bench = {
  summary: "how far the faster arithmetic is from float32, what it gains, and its texts",
  run: measure,
};

async function measure(options: BenchOptions, progress: Progress): Promise<BenchReport> {
  const published = await publishedModels(options, progress);
  const models = [...published, ...goldens, demo];
  const count = options.quick ? 4 : 20;
  const found: Found[] = [];
  let kernels = "";
  for (const model of models) {
    const full = outcomes(model, "full", count, progress);
    const auto = outcomes(model, "auto", count, progress);
    kernels = auto.kernels;
    const difference = (stage: "encoder" | "logits") =>
      full.outcomes.map((each, i) => relativeRms(auto.outcomes[i]![stage], each[stage]));
    found.push({
      model: shownName(model),
      encoder: difference("encoder"),
      logits: difference("logits"),
      changed: full.outcomes.filter(
        ({ logits }, i) => best(logits) !== best(auto.outcomes[i]!.logits),
      ).length,
      times: {
        encodeMs: mediansOf("encodeMs", full.outcomes, auto.outcomes),
        prefillMs: mediansOf("prefillMs", full.outcomes, auto.outcomes),
        decodeMs: mediansOf("decodeMs", full.outcomes, auto.outcomes),
      },
    });
  }
  const { manifest, minutes = options.quick ? 1 : 30 } = options.live;
  const heard =
    manifest === undefined ? undefined : await texts(demo.folder, manifest, minutes, progress);
  return {
    tables: [
      {
        title: `--precision auto against full, ${count} recordings`,
        head: ["Model", "Audio embeddings", "Logits", "Worst logits", "Other first token"],
        rows: found.map(({ model, encoder, logits, changed }) => [
          model,
          percent(pooled(encoder)),
          percent(pooled(logits)),
          percent(Math.max(...logits)),
          String(changed),
        ]),
      },
      gainTable(found.filter((_, i) => !goldens.includes(models[i]!))),
      ...(heard === undefined ? [] : [textTable(heard)]),
    ],
    notes: [
      "Differences are root mean squares, as a part of that of the values themselves.",
      "Recordings are 1 to 13 s of speech at several levels and places, the prompts random.",
      "Gains are medians of full against auto on the same recordings.",
      ...(heard === undefined ? [noTextsNote] : []),
      ...(published.length === 0 ? [onlyDemoNote] : []),
    ],
    data: { recordings: count, models: found, texts: heard },
    kernels,
    randomWeights: models.some(({ isRandom }) => isRandom),
  };
}

const noTextsNote =
  "Texts were not compared: --manifest FILE names clips and what is said in them.";

function mediansOf(
  stage: keyof Found["times"],
  full: readonly Outcome[],
  auto: readonly Outcome[],
): Record<PrecisionName, number> {
  const of = (all: readonly Outcome[]) => median(all.map((outcome) => outcome[stage]));
  return { full: of(full), auto: of(auto) };
}

function gainTable(found: readonly Found[]): Table {
  const cell = ({ full, auto }: Record<PrecisionName, number>) =>
    `${duration(full)} → ${duration(auto)}, ${significant(full / auto)} ×`;
  return {
    title: "What it gains",
    head: ["Model", "Encoder", "Prompt", "A token"],
    rows: found.map(({ model, times: { encodeMs, prefillMs, decodeMs } }) => [
      model,
      cell(encodeMs),
      cell(prefillMs),
      cell(decodeMs),
    ]),
  };
}

function textTable({ clips, equal, clipErrors, joinedErrors, joinedSeconds }: Texts): Table {
  return {
    title: `Texts of the demo, ${clips} clips`,
    head: ["Precision", "WER clip by clip", `WER of ${duration(1000 * joinedSeconds)} joined`],
    rows: [
      ["full", percent(clipErrors.full), percent(joinedErrors.full)],
      ["auto", percent(clipErrors.auto), percent(joinedErrors.auto)],
      [`greedy tokens as in full: ${equal}, ${percent(equal / clips)}`, "", ""],
    ],
  };
}

function outcomes(
  { folder, label }: BenchModel,
  arithmetic: PrecisionName,
  count: number,
  progress: Progress,
): { outcomes: Outcome[]; kernels: string } {
  progress.step(`${label}: ${arithmetic}`);
  using model = Model.open(folder, { precision: arithmetic });
  const { audioPad } = model.info.tokens;
  const done = Array.from({ length: count }, (_, i): Outcome => {
    progress.step(`${label}: ${arithmetic}, recording ${i + 1} of ${count}`);
    const next = seededRandom(i + 1);
    const seconds = 1 + (i % 7) * 2;
    const level = 0.05 + next();
    const samples = speech(Math.round((seconds + 1) * sampleRate))
      .slice(Math.floor(next() * sampleRate))
      .slice(0, seconds * sampleRate)
      .map((sample) => sample * level);
    using session = model.session({ ignoreEos: true });
    session.mel(samples);
    const encoder = new Float32Array(session.encode() * model.info.hiddenSize);
    session.read("encoder", encoder);
    const words = () => Array.from({ length: 8 }, () => Math.floor(next() * audioPad));
    const audio = Array<number>(encoder.length / model.info.hiddenSize).fill(audioPad);
    session.prefill(Int32Array.from([...words(), ...audio, ...words()]));
    const logits = new Float32Array(model.info.vocabSize);
    session.read("logits", logits);
    for (let token = 0; token < tokensTimed; token++) session.next();
    const { encodeMs, prefillMs, decodeMs } = session.report();
    return { encoder, logits, encodeMs, prefillMs, decodeMs: decodeMs / tokensTimed };
  });
  return { outcomes: done, kernels: model.info.kernels };
}

/** Root mean square of the difference, as a part of that of `expected`. */
function relativeRms(values: Float32Array, expected: Float32Array): number {
  let error = 0;
  let power = 0;
  for (const [i, value] of expected.entries()) {
    error += (values[i]! - value) ** 2;
    power += value ** 2;
  }
  return Math.sqrt(error / power);
}

/** Root mean square of numbers. */
function pooled(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}

/** The place of the largest. */
function best(scores: Float32Array): number {
  return scores.indexOf(scores.reduce((top, score) => Math.max(top, score)));
}
