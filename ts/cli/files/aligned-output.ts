import type { Alignment } from "../../contract/alignment.ts";
import type { Span } from "../../contract/transcript.ts";
import { formatOfFile, type OutputFormat, render } from "../../output/formats.ts";
import { retimed } from "../../output/retimed.ts";
import type { Subtitles } from "../../text/subtitles.ts";
import type { GivenFile } from "./given-text.ts";
import type { Destination } from "./plan.ts";

/** A text with times is made for a player: subtitles, of the kind that was given, unless asked. */
export function destinationOf(destination: Destination, { subtitles }: GivenFile): Destination {
  const { formats, file = "" } = destination;
  if (formats !== undefined || formatOfFile(file) !== undefined) return destination;
  return { ...destination, formats: [subtitles?.format ?? "srt"] };
}

/** Renders an alignment in each format; subtitles that were given keep all but their times. */
export function renderer(
  alignment: Alignment,
  { subtitles }: GivenFile,
  options: Parameters<typeof render>[2],
): (format: OutputFormat) => string {
  return (format) =>
    subtitles?.format === format
      ? retimed(subtitles, cueSpans(subtitles, alignment))
      : render(format, alignment, options);
}

/** The time of each cue; undefined for one of which nothing was heard. */
function cueSpans({ cues }: Subtitles, { segments }: Alignment): (Span | undefined)[] {
  let next = 0;
  return cues.map(({ text }) => {
    // Cues without anything in them are no segments.
    const segment = text.trim() === "" ? undefined : segments[next++];
    const isHeard = segment?.words?.some(({ probability }) => probability > 0);
    return isHeard ? segment : undefined;
  });
}
