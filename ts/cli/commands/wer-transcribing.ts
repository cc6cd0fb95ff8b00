import { Asr } from "../../asr.ts";
import { doAtOnce } from "../../concurrency/at-once.ts";
import { AsrError } from "../../contract/errors.ts";
import type { LoadOptions } from "../../contract/options.ts";
import type { Heard } from "../../wer/hypotheses.ts";
import type { Reference } from "../../wer/references.ts";
import { warningsOn } from "../terminal/notes.ts";
import type { StatusLine } from "../terminal/terminal.ts";

interface Options {
  model: string;
  loadOptions: LoadOptions;
  /** The language that the model is told; undefined to detect it. */
  language: (reference: Reference) => string | undefined;
  /** Recordings transcribed at once. */
  jobs: number;
  status: StatusLine;
}

/**
 * Transcribes the recordings, and gives what was heard in their order with the real-time factor:
 * the time for all over the length of those that were read, undefined for none. A recording that
 * cannot be read is told in its place; a fault of the model or the library ends it all.
 */
export async function transcribeAll(
  references: readonly Reference[],
  { model, loadOptions, language, jobs, status }: Options,
): Promise<{ heard: Heard[]; rtf: number | undefined }> {
  using asr = await opened(model, loadOptions, status);
  const heard: Heard[] = [];
  const started = performance.now();
  let done = 0;
  try {
    await doAtOnce(
      Math.min(jobs, references.length),
      references.entries(),
      async ([index, reference]) => {
        status.show(`${done} of ${references.length} transcribed, at ${reference.name}`);
        heard[index] = await transcribeOne(asr, reference, language(reference));
        done++;
      },
    );
  } finally {
    status.clear();
  }
  const duration = heard.reduce((sum, one) => sum + (one.ok ? (one.duration ?? 0) : 0), 0);
  const seconds = (performance.now() - started) / 1000;
  return { heard, rtf: duration > 0 ? seconds / duration : undefined };
}

async function opened(model: string, options: LoadOptions, status: StatusLine): Promise<Asr> {
  status.show("loading the model");
  try {
    return await Asr.load(model, options);
  } finally {
    status.clear();
  }
}

async function transcribeOne(
  asr: Asr,
  { path }: Reference,
  language: string | undefined,
): Promise<Heard> {
  try {
    const transcript = await asr.transcribe(path, { language });
    const { text, duration } = transcript;
    return { ok: true, text, duration, warnings: warningsOn(transcript) };
  } catch (error) {
    if (!(error instanceof AsrError) || error.code !== "input") throw error;
    return { ok: false, why: error.oneLine };
  }
}
