import { AsrError } from "../errors.ts";
import type { ModelOptions } from "../model.ts";
import type { StatusLine } from "../terminal.ts";
import { Asr } from "../transcribe.ts";
import type { Heard } from "./hypotheses.ts";
import type { Reference } from "./references.ts";

interface Options {
  model: string;
  modelOptions: ModelOptions;
  /** The language that the model is told; undefined to detect it. */
  language: (reference: Reference) => string | undefined;
  /** Recordings transcribed at once. */
  jobs: number;
  status: StatusLine;
}

/**
 * Transcribes the recordings, and gives what was heard in their order. A recording that cannot be
 * read is told in its place; a fault of the model or the library ends it all.
 */
export async function transcribeAll(
  references: readonly Reference[],
  { model, modelOptions, language, jobs, status }: Options,
): Promise<Heard[]> {
  status.show("loading the model");
  using asr = await Asr.load(model, modelOptions);
  const heard: Heard[] = [];
  const queue = references.entries();
  let done = 0;
  const work = async () => {
    for (const [index, reference] of queue) {
      status.show(`${done} of ${references.length} transcribed, at ${reference.name}`);
      heard[index] = await transcribeOne(asr, reference, language(reference));
      done++;
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, references.length) }, work));
  } finally {
    status.clear();
  }
  return heard;
}

async function transcribeOne(
  asr: Asr,
  { path }: Reference,
  language: string | undefined,
): Promise<Heard> {
  try {
    const { text, duration, timings } = await asr.transcribe(path, { language });
    return { ok: true, text, duration, seconds: timings.totalMs / 1000 };
  } catch (error) {
    if (!(error instanceof AsrError) || error.code !== "input") throw error;
    return { ok: false, why: error.oneLine };
  }
}
