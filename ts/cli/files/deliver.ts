import { basename } from "node:path";
import { AsrError } from "../../contract/errors.ts";
import type { Transcript } from "../../contract/transcript.ts";
import type { Layout } from "../../output/cues/layout.ts";
import { type OutputFormat, render } from "../../output/formats.ts";
import { withEnding } from "./long-names.ts";
import type { Job, OutputFile } from "./plan.ts";
import { keepElsewhere, writeOutput } from "./write.ts";

/** How files are written. */
export interface DeliveryOptions {
  layout: Partial<Layout>;
  /** The text in a format, where that is not what the transcript alone makes of it. */
  rendered?: (format: OutputFormat) => string;
  /** Whether a file that exists may be replaced. */
  mayReplace: boolean;
  /** Where a text goes that no folder takes. */
  lastResort: (text: string) => void;
}

/** What became of a job's files. */
export interface Delivery {
  paths: string[];
  errors: AsrError[];
}

/**
 * Writes the files of a job. A transcript whose end is missing goes to `talk.partial.srt` instead
 * of `talk.srt`, so that nothing takes it for the whole. What cannot be written is kept elsewhere,
 * and the error says where.
 */
export async function deliver(
  { input, files }: Job,
  transcript: Transcript,
  { layout, rendered, mayReplace, lastResort }: DeliveryOptions,
): Promise<Delivery> {
  const delivery: Delivery = { paths: [], errors: [] };
  const isPartial = transcript.finishReason === "cancelled";
  for (const file of files) {
    const text =
      rendered?.(file.format) ?? render(file.format, transcript, { ...layout, path: input.path });
    const path = isPartial ? partialPath(file) : file.path;
    try {
      await writeOutput(path, text, mayReplace || isPartial);
      delivery.paths.push(path);
    } catch (error) {
      if (!(error instanceof AsrError)) throw error;
      const kept = await keepElsewhere(basename(path), text);
      if (kept === undefined) lastResort(text);
      const where = kept === undefined ? "it is on standard output" : `it is kept as ${kept}`;
      delivery.errors.push(new AsrError(error.code, error.message, where, { cause: error }));
    }
  }
  return delivery;
}

function partialPath({ path, format }: OutputFile): string {
  const extension = `.${format}`;
  const stem = path.toLowerCase().endsWith(extension) ? path.slice(0, -extension.length) : path;
  return withEnding(stem, `.partial${extension}`);
}
