import type { Alignment } from "../contract/alignment.ts";
import type { Span } from "../contract/transcript.ts";
import type { Subtitles } from "../text/subtitles.ts";
import type { Layout } from "./cues/layout.ts";
import { type OutputFormat, render } from "./formats.ts";
import { retimed } from "./retimed.ts";

/**
 * An alignment in a format. Subtitles that were given and are wanted as what they are keep all but
 * their times; where a layout is asked for, too, new ones are made of their text.
 */
export function renderAligned(
  format: OutputFormat,
  alignment: Alignment,
  subtitles: Subtitles | undefined,
  options: Parameters<typeof render>[2],
): string {
  const { path: _, ...layout } = options;
  if (subtitles === undefined || isMadeAnew(format, subtitles, layout)) {
    return render(format, alignment, options);
  }
  return retimed(subtitles, cueSpans(subtitles, alignment));
}

/** Whether what was given does not stay in a format: then only what is said is in it. */
export function isMadeAnew(
  format: OutputFormat,
  subtitles: Subtitles,
  layout: Partial<Layout>,
): boolean {
  return subtitles.format !== format || Object.keys(layout).length > 0;
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
