/** A cue as a player reads it. */
export interface ReadCue {
  startMs: number;
  endMs: number;
  lines: string[];
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

/** Reads WebVTT as its specification says an author must write it; no settings, no identifiers. */
export function readVtt(text: string): ReadCue[] {
  const [head, ...blocks] = text.replace(/\n$/, "").split("\n\n");
  if (head !== "WEBVTT") throw new Error(`starts with ${head}`);
  return blocks.map((block) => {
    const [times = "", ...lines] = block.split("\n");
    for (const line of lines) {
      if (/[<>]|&(?!amp;|lt;|gt;)/.test(line)) throw new Error(`not escaped: ${line}`);
    }
    const shown = checked(lines).map((line) =>
      line.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"),
    );
    return { ...readTimes(times, /^(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})$/), lines: shown };
  });
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
