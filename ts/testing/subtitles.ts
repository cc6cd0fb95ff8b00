/** A cue as a player reads it. */
export interface ReadCue {
  startMs: number;
  endMs: number;
  /** Without tags. */
  lines: string[];
  /** The times within the text of WebVTT, if any. */
  times?: number[];
  /** What is underlined, if anything. */
  underlined?: string[];
}

/**
 * Reads SubRip strictly: numbers from 1 without gaps, `hh:mm:ss,mmm --> hh:mm:ss,mmm`, one or more
 * lines of text, one blank line between cues. Throws on anything else.
 */
export function readSrt(text: string): ReadCue[] {
  if (text === "") return [];
  if (!text.endsWith("\n") || text.endsWith("\n\n")) throw new Error("must end with one line end");
  return text
    .slice(0, -1)
    .split("\n\n")
    .map((block, index) => {
      const [number, times = "", ...lines] = block.split("\n");
      if (number !== String(index + 1)) throw new Error(`cue ${index + 1} has number ${number}`);
      return {
        ...readTimes(times, /^(\d{2,}):([0-5]\d):([0-5]\d),(\d{3})$/),
        lines: checked(lines),
      };
    });
}

/**
 * Reads WebVTT as its specification says an author must write it; no settings, no identifiers. Tags
 * are a voice at the beginning, underlines, spans and times, which must grow within the cue.
 */
export function readVtt(text: string): ReadCue[] {
  const [head, ...blocks] = text.replace(/\n$/, "").split("\n\n");
  if (head !== "WEBVTT") throw new Error(`starts with ${head}`);
  return blocks.map((block) => {
    const [first = "", ...tagged] = block.split("\n");
    const cue = readTimes(first, /^(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})$/);
    const marked = tagged.join("\n").replace(/^<v [^<>&\n]+>/, "");
    const times = Array.from(marked.matchAll(vttTime), ([tag]) => timeIn(tag.slice(1, -1)));
    for (const [index, time] of times.entries()) {
      const after = times[index - 1] ?? cue.startMs;
      if (!(time > after && time < cue.endMs)) throw new Error(`not between: ${marked}`);
    }
    const underlined = Array.from(marked.matchAll(/<u>([^<>]+)<\/u>/g), ([, word]) => word!);
    const untimed = marked.replaceAll(vttTime, "");
    const lines = untimed.replaceAll(/<(u|c)>([^<>\n]+)<\/\1>/g, "$2").split("\n");
    for (const line of lines) {
      if (/[<>]|&(?!amp;|lt;|gt;)/.test(line)) throw new Error(`not escaped: ${line}`);
    }
    return {
      ...cue,
      lines: checked(lines).map(unescaped),
      ...(times.length > 0 ? { times } : {}),
      ...(underlined.length > 0 ? { underlined: underlined.map(unescaped) } : {}),
    };
  });
}

const vttTime = /<\d{2,}:[0-5]\d:[0-5]\d\.\d{3}>/g;

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function timeIn(text: string): number {
  const [hours, minutes, seconds] = text.split(":").map(Number) as [number, number, number];
  return Math.round(((hours * 60 + minutes) * 60 + seconds) * 1000);
}

function readTimes(line: string, pattern: RegExp): { startMs: number; endMs: number } {
  const times = line.split(" --> ").map((time) => {
    const parts = pattern.exec(time)?.slice(1).map(Number);
    if (parts === undefined) throw new Error(`not a time: ${line}`);
    const [hours, minutes, seconds, ms] = parts as [number, number, number, number];
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
  });
  const [startMs, endMs] = times;
  if (startMs === undefined || endMs === undefined || times.length > 2) throw new Error(line);
  return { startMs, endMs };
}

function checked(lines: string[]): string[] {
  if (lines.length === 0) throw new Error("a cue has no text");
  for (const line of lines) {
    if (line.trim() === "" || line.includes("-->") || /\r/.test(line)) throw new Error(line);
  }
  return lines;
}
