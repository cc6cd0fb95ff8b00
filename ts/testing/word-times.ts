import type { Segment, Transcript, Word } from "../contract/transcript.ts";
import { speakingTime } from "../segments/speaking-time.ts";

type Random = () => number;

/** A word with its start and its end. */
export type Timed = [text: string, start: number, end: number];

/** A segment of words. */
export function spoken(timed: readonly Timed[], more: Partial<Segment> = {}): Segment {
  const own = more.channel === undefined ? {} : { channel: more.channel };
  const words = timed.map(([text, start, end]): Word => {
    return { ...own, text, start, end, probability: 0.98765, estimated: true };
  });
  return {
    id: 0,
    start: words[0]!.start,
    end: words.at(-1)!.end,
    text: words.map(({ text }) => text).join(" "),
    language: "English",
    estimated: true,
    avgLogprob: -0.25,
    lowConfidence: false,
    words,
    ...more,
  };
}

/** A segment of words said one after the other from a time on, each for so many seconds. */
export function evenly(text: string, from: number, seconds: number): Segment {
  const words = text.split(" ").map((word, index): Timed => {
    const start = from + index * seconds;
    return [word, start, start + seconds];
  });
  return spoken(words);
}

/** A transcript whose segments have words, said one after the other within them, with pauses. */
export function withWordTimes(transcript: Transcript, random: Random): Transcript {
  const segments = transcript.segments.map((segment) => segmentWithWords(segment, random));
  return { ...transcript, segments };
}

/** A segment with its words, at any pace; a few take next to no time. */
export function segmentWithWords(segment: Segment, random: Random): Segment {
  const texts = wordTexts(segment.text, random);
  const seconds = Math.max(segment.end - segment.start, texts.length * 2e-3);
  const lengths = texts.flatMap((text) => {
    const pause = random() < 0.2 ? random() * 4 : 0;
    const said = random() < 0.05 ? 0.01 : speakingTime(text) * (0.5 + random());
    return [said + 0.01, pause];
  });
  const scale = seconds / lengths.reduce((sum, length) => sum + length, 0);
  let at = segment.start;
  const words = texts.map((text, index): Word => {
    const start = at;
    const end = start + lengths[2 * index]! * scale;
    at = end + lengths[2 * index + 1]! * scale;
    const channel = segment.channel === undefined ? {} : { channel: segment.channel };
    return { ...channel, text, start, end, probability: random(), estimated: random() < 0.5 };
  });
  return { ...segment, ...(words.length > 0 ? { end: words.at(-1)!.end } : {}), words };
}

/** All but the white space of a text: words with what touches them, or with a dash besides. */
function wordTexts(text: string, random: Random): string[] {
  const texts: string[] = [];
  for (const { segment, isWordLike } of pieces.segment(text)) {
    const [touches, isSpace] = [/\S$/.test(texts.at(-1) ?? " "), segment.trim() === ""];
    if (isSpace) texts[texts.length - 1] += segment;
    else if (touches && (!isWordLike || !/\p{Lo}$/u.test(texts.at(-1)!))) {
      texts[texts.length - 1] += segment;
    } else if (texts.length > 0 && random() < 0.03) texts[texts.length - 1] += segment;
    else texts.push(segment);
  }
  return texts.map((word) => word.trim());
}

const pieces = new Intl.Segmenter("und", { granularity: "word" });
