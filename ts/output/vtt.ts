import { clock } from "./clock.ts";
import type { Cue } from "./cues/cue.ts";
import { cuesOf, type Subtitled } from "./cues/cues.ts";
import type { Layout } from "./cues/layout.ts";
import { framesOf } from "./highlight.ts";
import { rtlMarks } from "./rtl-marks.ts";
import { voiceName } from "./voices.ts";
import { type Marking, markedLines } from "./word-marks.ts";

/**
 * WebVTT (W3C), with a voice for each channel where these are told apart. Words have their times
 * where these are known, so that a page can style what has been said (`::cue(:past)`) and what has
 * not. Highlighted words have a cue each instead, in which they are underlined: players show that
 * without a style.
 */
export function vtt(transcript: Subtitled, layout: Layout): string {
  const cues = cuesOf(transcript, layout).flatMap((cue) =>
    layout.highlightWords ? highlighted(cue) : [{ ...cue, marking: withTimes(cue) }],
  );
  const blocks = cues
    .sort((a, b) => a.startMs - b.startMs)
    .map((cue) => {
      const times = `${clock(cue.startMs, ".")} --> ${clock(cue.endMs, ".")}`;
      const voice = cue.channel === undefined ? "" : `<v ${voiceName(cue.channel)}>`;
      const [start, end] = layout.rtlMarks ? rtlMarks(cue.lines.join("\n")) : ["", ""];
      const lines = markedLines(cue, cue.marking).map((line) => start + line + end);
      return `\n${times}\n${voice}${lines.join("\n")}\n`;
    });
  return `WEBVTT\n${blocks.join("")}`;
}

function highlighted(cue: Cue) {
  return framesOf(cue).map(({ startMs, endMs, word: lit }) => {
    const before = (word: object) => (word === lit ? "<u>" : "");
    const after = (word: object) => (word === lit ? "</u>" : "");
    return { ...cue, startMs, endMs, marking: { plain: escaped, before, after } };
  });
}

/**
 * Each word in a span of its own, as a style takes hold of spans alone, and its time before it; not
 * before the first one, nor where words begin together: times within a cue only ever grow, and lie
 * after its start and before its end.
 */
function withTimes({ startMs, endMs, words = [] }: Cue): Marking {
  const times = new Map<object, string>();
  let last = startMs;
  for (const word of words) {
    if (word.startMs <= last || word.startMs >= endMs) continue;
    times.set(word, `<${clock(word.startMs, ".")}>`);
    last = word.startMs;
  }
  const before = (word: object) => `${times.get(word) ?? ""}<c>`;
  return { plain: escaped, before, after: () => "</c>" };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
