import type { Transcript } from "../contract/transcript.ts";
import { clock } from "./clock.ts";
import { cuesOf } from "./cues.ts";
import type { LineLimits } from "./lines.ts";
import { voiceName } from "./voices.ts";

/** WebVTT (W3C), with a voice for each channel where these are told apart. */
export function vtt({ segments }: Transcript, limits: LineLimits): string {
  const cues = cuesOf(segments, limits).map(({ startMs, endMs, lines, channel }) => {
    const times = `${clock(startMs, ".")} --> ${clock(endMs, ".")}`;
    const voice = channel === undefined ? "" : `<v ${voiceName(channel)}>`;
    return `\n${times}\n${voice}${escaped(lines.join("\n"))}\n`;
  });
  return `WEBVTT\n${cues.join("")}`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
