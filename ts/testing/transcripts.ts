import type { DecodedChunk, Span, Transcript } from "../contract/transcript.ts";
import { segmentsOf } from "../segments/segments.ts";

const phrases: Record<string, string[]> = {
  English: [
    "hello there",
    "it costs 3.50",
    "a --> b",
    "<i>not italic</i> & so on",
    "Mr. Smith",
    "no",
  ],
  Chinese: ["今天天气很好", "我们去公园散步吧", "３．５度", "“真的吗”", "（笑）"],
  Japanese: ["今日は天気がいいですね", "「本当」", "ちょっと待って", "コーヒー"],
  Korean: ["안녕하세요", "오늘 날씨가 좋네요"],
  Thai: ["สวัสดีครับวันนี้อากาศดี", "ขอบคุณมาก"],
  Arabic: ["مرحبا بكم", "كيف حالك اليوم"],
  Hindi: ["नमस्ते आप कैसे हैं", "क्षत्रिय"],
  French: ["l’été où ça se passait", "e\u0301le\u0300ve"],
  "": [
    "👨‍👩‍👧‍👦 🎉",
    "x".repeat(130),
    "1. 2. 3.",
    "WEBVTT",
    "12",
    "[00:01.00]",
    "{\\an8}",
    "Z̷̢a̵l̶g̸o",
  ],
};

const ends: Record<string, string[]> = {
  Chinese: ["。", "！", "，", ""],
  Japanese: ["。", "、", "？", ""],
  default: [". ", "? ", ", ", " ", "... ", "\n", "\n\n"],
};

type Random = () => number;

function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[Math.floor(random() * choices.length)]!;
}

/** Up to eight chunks in a row, with text in many scripts and speech in random places. */
export function randomChunks(random: Random): DecodedChunk[] {
  const chunks: DecodedChunk[] = [];
  let start = random() * 4;
  for (let left = Math.floor(random() * 8); left > 0; left--) {
    const end = start + 0.5 + random() * 29.5;
    const language = pick(random, Object.keys(phrases));
    let text = "";
    for (let count = Math.floor(random() * 12); count > 0; count--) {
      text += pick(random, phrases[language]!) + pick(random, ends[language] ?? ends["default"]!);
    }
    text = text.trim();
    const tokenTexts = (text.match(/\s*\S{1,5}/gu) ?? []).map((piece) => ({
      text: piece,
      logprob: -random() - 1e-3,
    }));
    const speech = randomSpeech(random, start, end);
    chunks.push({ start, end, text, language, tokenTexts, speech, finishReason: "eos" });
    start = end;
  }
  return chunks;
}

/** The chunk with times for its words, the same ones that random numbers give. */
export function withWords(
  random: Random,
  chunk: DecodedChunk,
  { estimated = false }: { estimated?: boolean } = {},
): DecodedChunk {
  const found = [
    ...chunk.text.matchAll(/[\p{Script=Han}\p{Script=Thai}]\p{P}*|[^\s\p{Script=Han}]+/gu),
  ];
  const step = (chunk.end - chunk.start) / Math.max(1, found.length);
  const words = found.map(({ 0: word, index }, number) => {
    const from = chunk.start + step * (number + random() / 2);
    const end = from + step * (0.01 + 0.49 * random());
    return { from: index, to: index + word.length, start: from, end, estimated };
  });
  return { ...chunk, words };
}

function randomSpeech(random: Random, start: number, end: number): Span[] {
  const speech: Span[] = [];
  for (let at = start + random(); random() < 0.9 && at < end; ) {
    const until = Math.min(end, at + 0.05 + random() * 6);
    speech.push({ start: at, end: until });
    at = until + 0.05 + random();
  }
  return speech;
}

/** What a transcript of these chunks would be. */
export function transcriptOf(
  chunks: readonly DecodedChunk[],
  options: { logprobs?: boolean | undefined } = {},
): Transcript {
  const segments = segmentsOf(chunks, options);
  const duration = chunks.at(-1)?.end ?? 1;
  const tokens = chunks.reduce((sum, chunk) => sum + chunk.tokenTexts.length, 0);
  const stages = { audioMs: 1, melMs: 2, encodeMs: 3, prefillMs: 4, decodeMs: 5, totalMs: 15 };
  return {
    text: segments.map(({ text }) => text).join(" "),
    language: [...new Set(chunks.map(({ language }) => language).filter(Boolean))].join(","),
    duration,
    segments,
    chunks: chunks.map(({ start, end, language, tokenTexts, finishReason }) => ({
      start,
      end,
      language,
      tokens: tokenTexts.length,
      finishReason,
    })),
    usage: { inputTokens: 10, audioTokens: 7, outputTokens: tokens, totalTokens: 10 + tokens },
    finishReason: "eos",
    truncated: false,
    timings: stages,
    rtf: 0.015 / duration,
  };
}
