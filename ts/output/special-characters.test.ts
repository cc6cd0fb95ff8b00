import { describe, expect, test } from "bun:test";
import type { Segment, Transcript } from "../contract/transcript.ts";
import { transcriptOf } from "../testing/transcripts.ts";
import { type OutputFormat, render } from "./formats.ts";

function segment(start: number, end: number, text: string, language = "English"): Segment {
  const confidence = { avgLogprob: -0.25, lowConfidence: false };
  return { id: 0, start, end, text, language, estimated: true, ...confidence };
}

function transcript(...segments: Segment[]): Transcript {
  const text = segments.map((each) => each.text).join(" ");
  return { ...transcriptOf([]), segments, text };
}

const write = (format: OutputFormat, given: Transcript) =>
  render(format, given, { path: "talk.mp3" });

describe("control characters", () => {
  const given = transcript(segment(0, 2, "a\0b\x06c \x1b[31mred\x85\x9f end\x7f."));

  test.each(["txt", "srt", "vtt", "tsv", "lrc"] as const)("are in no %s", (format) => {
    const written = write(format, given);
    expect(written).not.toMatch(/(?![\t\n])\p{Cc}/u);
    expect(written).toContain("abc [31mred");
  });
});

describe("marks for right-to-left scripts", () => {
  const [rle, pdf] = ["\u202b", "\u202c"];
  const arabic = "قال إن Linux يعمل.";
  const given = transcript(
    segment(0, 2, arabic, "Arabic"),
    segment(2, 4, "He said أهلا to me, and then he left.", "English"),
    segment(4, 6, "שלום, מה שלומך?", "Hebrew"),
  );
  const marked = (format: OutputFormat) =>
    render(format, given, { path: "talk.mp3", rtlMarks: true });

  test.each(["srt", "vtt", "lrc"] as const)(
    "stand around lines in %s, when asked for",
    (format) => {
      expect(marked(format)).toContain(`${rle}${arabic}${pdf}\n`);
      expect(marked(format)).toContain(`${rle}שלום, מה שלומך?${pdf}\n`);
      expect(marked(format)).toContain("He said أهلا to me, and then he left.\n");
      expect(marked(format).replaceAll(/[\u202b\u202c]/g, "")).toBe(write(format, given));
    },
  );

  test("stand around each line of a subtitle, and within its voice", () => {
    const long = transcript({ ...segment(0, 6, "كلمة ".repeat(14).trim(), "Persian"), channel: 2 });
    const lines = render("vtt", long, { path: "a", rtlMarks: true }).split("\n").slice(3, 5);
    expect(lines[0]).toStartWith(`<v Channel 2>${rle}`);
    expect(lines[1]).toStartWith(rle);
    for (const line of lines) expect(line).toEndWith(pdf);
    const srt = render("srt", long, { path: "a", rtlMarks: true }).split("\n").slice(2);
    expect(srt[0]).toStartWith(`${rle}Channel 2: `);
  });

  test.each(["txt", "tsv", "json", "jsonl"] as const)("are in no %s", (format) => {
    expect(marked(format)).toBe(write(format, given));
  });
});
