import type { Transcript } from "../contract/transcript.ts";
import { clock } from "./clock.ts";
import { cuesOf } from "./cues.ts";
import type { Layout } from "./lines.ts";
import { withRtlMarks } from "./rtl-marks.ts";
import { voiceName } from "./voices.ts";

/** WebVTT (W3C), with a voice for each channel where these are told apart. */
export function vtt({ segments }: Pick<Transcript, "segments">, layout: Layout): string {
  const cues = cuesOf(segments, layout).map(({ startMs, endMs, lines, channel }) => {
    const times = `${clock(startMs, ".")} --> ${clock(endMs, ".")}`;
    const voice = channel === undefined ? "" : `<v ${voiceName(channel)}>`;
    const shown = layout.rtlMarks ? withRtlMarks(lines) : lines;
    return `\n${times}\n${voice}${escaped(shown.join("\n"))}\n`;
  });
  return `WEBVTT\n${cues.join("")}`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
