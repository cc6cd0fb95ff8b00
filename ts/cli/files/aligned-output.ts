import type { Alignment } from "../../contract/alignment.ts";
import { isMadeAnew, renderAligned } from "../../output/aligned.ts";
import type { Layout } from "../../output/cues/layout.ts";
import { formatOfFile, type OutputFormat, type render } from "../../output/formats.ts";
import type { GivenFile } from "./given-text.ts";
import type { Destination } from "./plan.ts";

/** A text with times is made for a player: subtitles, of the kind that was given, unless asked. */
export function destinationOf(destination: Destination, { subtitles }: GivenFile): Destination {
  const { formats, file = "" } = destination;
  if (formats !== undefined || formatOfFile(file) !== undefined) return destination;
  return { ...destination, formats: [subtitles?.format ?? "srt"] };
}

/** Renders an alignment in each format, as `renderAligned` does. */
export function renderer(
  alignment: Alignment,
  { subtitles }: GivenFile,
  options: Parameters<typeof render>[2],
): (format: OutputFormat) => string {
  return (format) => renderAligned(format, alignment, subtitles, options);
}

/** What stands in cues in which nothing is said, where one of the formats does not keep them. */
export function lostSounds(
  { subtitles }: GivenFile,
  outputs: readonly { format: OutputFormat | undefined }[],
  layout: Partial<Layout>,
): readonly string[] {
  if (subtitles === undefined) return [];
  const isLost = outputs.some(
    ({ format }) => format !== undefined && isMadeAnew(format, subtitles, layout),
  );
  return isLost ? subtitles.cues.flatMap(({ sounds }) => sounds ?? []) : [];
}
