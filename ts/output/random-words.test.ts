import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFfmpeg } from "../audio/ffmpeg/program.ts";
import type { Transcript } from "../contract/transcript.ts";
import { schemaFaults } from "../testing/json-schema.ts";
import { readSrt, readVtt } from "../testing/subtitles.ts";
import { randomChunks, transcriptOf } from "../testing/transcripts.ts";
import { withWordTimes } from "../testing/word-times.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import type { Layout } from "./cues/layout.ts";
import { type OutputFormat, render } from "./formats.ts";

const write = (format: OutputFormat, given: Transcript, layout: Partial<Layout> = {}) =>
  render(format, given, { path: "talk.mp3", ...layout });

describe("strict readers take what is written of random words", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "bun-asr-words-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const given = (random: () => number) => withWordTimes(transcriptOf(randomChunks(random)), random);
  const letters = (lines: string[]) => lines.join("").replaceAll(/\s/g, "");
  const said = ({ segments }: Transcript) => letters(segments.map(({ text }) => text));

  test("WebVTT and SubRip, highlighted and not", () => {
    const random = seededRandom(41);
    let [inside, underlined] = [0, 0];
    for (let round = 0; round < 40; round++) {
      const words = given(random);
      const cues = readVtt(write("vtt", words));
      inside += cues.flatMap(({ times = [] }) => times).length;
      expect(letters(cues.flatMap(({ lines }) => lines))).toBe(said(words));
      expect(letters(readSrt(write("srt", words)).flatMap(({ lines }) => lines))).toBe(
        said(words).replaceAll("-->", "->"),
      );
      const frames = readVtt(write("vtt", words, { highlightWords: true }));
      underlined += frames.flatMap((frame) => frame.underlined ?? []).length;
      // Each cue in its frames: one begins where the last one ends.
      for (const { startMs, endMs, lines } of cues) {
        const own = frames.filter((frame) => frame.startMs >= startMs && frame.endMs <= endMs);
        expect(own[0]?.startMs).toBe(startMs);
        expect(own.at(-1)?.endMs).toBe(endMs);
        for (const [index, frame] of own.entries()) {
          expect(frame.lines).toEqual(lines);
          if (index > 0) expect(frame.startMs).toBe(own[index - 1]!.endMs);
          expect(frame.underlined?.length ?? 0).toBeLessThanOrEqual(1);
        }
      }
      readSrt(write("srt", words, { highlightWords: true }));
    }
    expect(inside).toBeGreaterThan(1000);
    expect(underlined).toBeGreaterThan(inside);
  });

  test("JSON and JSON Lines have them as the schema says", () => {
    const schema = JSON.parse(
      readFileSync(join(import.meta.dir, "../../docs/transcript.schema.json"), "utf8"),
    );
    const random = seededRandom(44);
    let lines = 0;
    for (let round = 0; round < 30; round++) {
      const words = given(random);
      expect(schemaFaults(schema, "#", JSON.parse(write("json", words)))).toEqual([]);
      for (const line of write("jsonl", words).split("\n").slice(0, -1)) {
        expect(schemaFaults(schema, "#/$defs/segmentLine", JSON.parse(line))).toEqual([]);
        lines++;
      }
    }
    expect(lines).toBeGreaterThan(100);
  });

  test("LRC: without its times a line is its text, and times do not go back", () => {
    const random = seededRandom(42);
    for (let round = 0; round < 40; round++) {
      const words = given(random);
      const lines = write("lrc", words)
        .split("\n")
        .filter((line) => /\].+/.test(line));
      expect(lines.length).toBe(words.segments.length);
      for (const [index, line] of lines.entries()) {
        const times = Array.from(line.matchAll(/<(\d{2,}):([0-5]\d\.\d\d)>/g), ([, m, s]) => {
          return Number(m) * 60 + Number(s);
        });
        expect(times.toSorted((a, b) => a - b)).toEqual(times);
        expect(times.length).toBe(words.segments[index]!.words!.length + 1);
        const text = line.replaceAll(/<\d{2,}:[0-5]\d\.\d\d>/g, "").replace(/^\[[\d:.]+\]/, "");
        expect(text.trim()).toBe(words.segments[index]!.text.replaceAll(/\s+/g, " "));
      }
    }
  });

  test("ffmpeg, without a warning, and it leaves the times in the text out", async () => {
    const random = seededRandom(43);
    const program = await findFfmpeg();
    const read = async (name: string, text: string) => {
      const path = join(folder, name);
      writeFileSync(path, text);
      const command = [program, "-v", "warning", "-xerror", "-i", path, "-f", "srt", "-"];
      const child = Bun.spawn(command, { stdout: "pipe", stderr: "pipe" });
      const [out, warnings] = await Promise.all([child.stdout.text(), child.stderr.text()]);
      expect([await child.exited, warnings]).toEqual([0, ""]);
      return out;
    };
    for (let round = 0; round < 5; round++) {
      const words = given(random);
      if (words.segments.length === 0) continue;
      expect(await read("words.vtt", write("vtt", words))).not.toMatch(/<[\dc]/);
      const frames = write("vtt", words, { highlightWords: true });
      const underlines = frames.match(/<u>/g)?.length;
      expect((await read("lit.vtt", frames)).match(/<u>/g)?.length).toBe(underlines);
      const srt = write("srt", words, { highlightWords: true });
      expect((await read("lit.srt", srt)).match(/<u>/g)?.length).toBe(underlines);
    }
  });
});
