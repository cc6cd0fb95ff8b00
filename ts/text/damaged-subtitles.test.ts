import { expect, test } from "bun:test";
import { AsrError } from "../contract/errors.ts";
import { retimed } from "../output/retimed.ts";
import { readSrt } from "../testing/subtitles.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { readSubtitles } from "./subtitles.ts";

const whole = Array.from({ length: 12 }, (_, n) => {
  const seconds = String(5 * n).padStart(2, "0");
  return `${n + 1}\n00:00:${seconds},000 --> 00:00:${seconds},900\n<i>Line ${n}</i>\nof words\n`;
}).join("\n");

const pieces = [
  "\n",
  "\r\n",
  "-->",
  "0",
  "12",
  ":",
  ",",
  " ",
  "<i",
  "[",
  "\u2028",
  "é",
  "WEBVTT\n",
];

function damaged(text: string, random: () => number): string {
  let result = text;
  for (let count = Math.floor(12 * random()); count >= 0; count--) {
    const at = Math.floor(random() * result.length);
    const length = Math.floor(random() ** 3 * 60);
    const piece = random() < 0.5 ? "" : pieces[Math.floor(random() * pieces.length)]!;
    result = result.slice(0, at) + piece + result.slice(at + length);
  }
  return result;
}

test("subtitles that are damaged in any way keep all but the times that are read", async () => {
  const random = seededRandom(41);
  let read = 0;
  for (let round = 0; round < 2000; round++) {
    const file = damaged(whole, random);
    try {
      const subtitles = readSubtitles(file, "a.srt");
      read++;
      const { cues, lines } = subtitles;
      let at = 0;
      const spans = cues.map(() => {
        const start = at + random();
        at = start + random();
        return random() < 0.2 ? undefined : { start, end: at };
      });
      const places = new Set(cues.map(({ line }) => line));
      const result = retimed(subtitles, spans);
      const kept = result.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
      expect(kept.length).toBe(lines.length);
      let last = 0;
      for (const [index, line] of kept.entries()) {
        if (!places.has(index)) {
          // Of WebVTT the times within cues are gone.
          if (subtitles.format === "srt") expect(line).toBe(lines[index]!);
          continue;
        }
        const times = /^(\d+):(\d\d):(\d\d)[,.](\d{3}) --> (\d+):(\d\d):(\d\d)[,.](\d{3})/.exec(
          line,
        );
        const [start, end] = [0, 4].map((first) => {
          const [hours, minutes, seconds, ms] = times!.slice(1 + first, 5 + first).map(Number);
          return ((hours! * 60 + minutes!) * 60 + seconds!) * 1000 + ms!;
        }) as [number, number];
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        last = end;
      }
    } catch (error) {
      if (!(error instanceof AsrError)) throw error;
      expect(error.code).toBe("usage");
    }
  }
  expect(read).toBeGreaterThan(1900);
});

test("what is whole is read by a strict reader afterwards, too", () => {
  const subtitles = readSubtitles(whole, "a.srt");
  const spans = subtitles.cues.map((_, n) => ({ start: 3 * n, end: 3 * n + 2 }));
  const cues = readSrt(retimed(subtitles, spans));
  expect(cues.length).toBe(12);
});
