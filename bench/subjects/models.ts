import { basename } from "node:path";
import { demoModel, modelFolder } from "../../ts/native/locate.ts";
import type { BenchOptions } from "../benches/bench.ts";
import type { Progress } from "../report/progress.ts";
import { bestRecipe, fourBits, type QwenForm, syntheticQwen } from "../synthetic/qwen.ts";
import { Subject, subjectCommand } from "./subject.ts";

/** A Qwen3-ASR checkpoint to measure. */
export interface BenchModel {
  /** What tables call it. */
  label: string;
  folder: string;
  isRandom: boolean;
}

/** What every row says whose weights are random. */
export const randomLabel = "random weights";

/** A model's name as tables show it. */
export function shownName({ label, isRandom }: { label: string; isRandom: boolean }): string {
  return isRandom ? `${label} (${randomLabel})` : label;
}

export const demo: BenchModel = {
  label: "demo (3.3 MB, one domain)",
  folder: modelFolder(demoModel),
  isRandom: false,
};

/** The checkpoints of the published size: those that were given, else one of random weights. */
export async function publishedModels(
  { models, synthetic }: BenchOptions,
  progress: Progress,
): Promise<BenchModel[]> {
  if (models.length === 0 && synthetic) {
    return [await randomModel(fourBits, progress)];
  }
  return models.map((model) =>
    model === demoModel
      ? demo
      : { label: basename(model), folder: modelFolder(model), isRandom: false },
  );
}

/** What `convert --recipe best` makes, of random weights; nothing where real ones are measured. */
export async function recipeModels(
  { models, synthetic }: BenchOptions,
  progress: Progress,
): Promise<BenchModel[]> {
  return models.length === 0 && synthetic ? [await randomModel(bestRecipe, progress)] : [];
}

/** Random weights as they are published in 4 bits, and as `convert --recipe best` makes them. */
export async function randomModels(
  progress: Progress,
): Promise<{ model: BenchModel; form: QwenForm }[]> {
  const made: { model: BenchModel; form: QwenForm }[] = [];
  for (const form of [fourBits, bestRecipe]) {
    made.push({ model: await randomModel(form, progress), form });
  }
  return made;
}

async function randomModel(form: QwenForm, progress: Progress): Promise<BenchModel> {
  return { label: form.label, folder: await syntheticQwen(form, progress), isRandom: true };
}

/** What benches measure that take one model after the other. */
export interface ChosenModels {
  models: readonly BenchModel[];
  /** What a reader has to know about the choice. */
  notes: readonly string[];
  randomWeights: boolean;
}

/** The checkpoints of the published size, or else the demo model. */
export async function chosenModels(
  options: BenchOptions,
  progress: Progress,
): Promise<ChosenModels> {
  const published = await publishedModels(options, progress);
  const models = published.length > 0 ? published : [demo];
  return {
    models,
    notes: published.length > 0 ? [] : [onlyDemoNote],
    randomWeights: models.some(({ isRandom }) => isRandom),
  };
}

/** What to say when only the demo model was there to measure. */
export const onlyDemoNote =
  "Only the embedded demo model was measured. --synthetic adds random weights at the published " +
  "shapes, --model DIR real ones.";

/** Opens a checkpoint in a process of its own. */
export async function openModel({ label, folder }: BenchModel): Promise<Subject> {
  return await Subject.open(label, subjectCommand("bun-asr.ts", folder));
}
