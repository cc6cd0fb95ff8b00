import type { Transcript } from "../contract/transcript.ts";
import { clock } from "./clock.ts";
import { cuesOf } from "./cues.ts";
import type { LineLimits } from "./lines.ts";

/**
 * SubRip. The format has no way to write `-->` in a text, so it becomes `->`; `<` and `&` stand for
 * themselves.
 */
export function srt({ segments }: Transcript, limits: LineLimits): string {
  return cuesOf(segments, limits)
    .map(({ startMs, endMs, lines }, index) => {
      const times = `${clock(startMs, ",")} --> ${clock(endMs, ",")}`;
      return `${index + 1}\n${times}\n${lines.join("\n").replaceAll("-->", "->")}\n`;
    })
    .join("\n");
}
