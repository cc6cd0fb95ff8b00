import type { Transcript } from "../contract/transcript.ts";
import { clock } from "./clock.ts";
import { cuesOf } from "./cues.ts";
import type { LineLimits } from "./lines.ts";

/** WebVTT (W3C). */
export function vtt({ segments }: Transcript, limits: LineLimits): string {
  const cues = cuesOf(segments, limits).map(({ startMs, endMs, lines }) => {
    const times = `${clock(startMs, ".")} --> ${clock(endMs, ".")}`;
    return `\n${times}\n${escaped(lines.join("\n"))}\n`;
  });
  return `WEBVTT\n${cues.join("")}`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
