import { describe, expect, test } from "bun:test";
import { retimed } from "../output/retimed.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { readSubtitles } from "./subtitles.ts";

const srt = [
  "1",
  "00:00:01,000 --> 00:00:02,500",
  "<i>Turn on</i> the light",
  "in the kitchen. (clicks)",
  "",
  "2",
  "00:00:0x,000 --> 00:00:05",
  "{\\an8}- Who, me? ♪",
  "- 3",
  "",
  "3",
  "00:00:09.5 -> 00:00:11,5  X1:40 X2:600",
  "[MUSIC]",
  "4",
  "00:00:12,000 --> 00:00:13,000",
  "a --> b",
  "",
  "and so on",
].join("\r\n");

describe("SubRip", () => {
  test("is read whatever its times, line ends and blank lines are like", () => {
    for (const file of [srt, `\ufeff${srt}`, srt.replaceAll("\r\n", "\n")]) {
      const { format, cues } = readSubtitles(file, "a.srt");
      expect(format).toBe("srt");
      expect(cues.map(({ text }) => text)).toEqual([
        "Turn on the light\nin the kitchen.",
        "- Who, me?\n- 3",
        "",
        "a --> b\n\nand so on".replace("\n\n", "\n"),
      ]);
      expect(cues.map(({ span }) => span)).toEqual([
        { start: 1, end: 2.5 },
        undefined,
        { start: 9.5, end: 11.5 },
        { start: 12, end: 13 },
      ]);
    }
  });

  test("gets new times and keeps all else", () => {
    const spans = [{ start: 61, end: 62.25 }, { start: 64, end: 64.2 }, undefined, undefined];
    const file = retimed(readSubtitles(srt, "a.srt"), spans);
    expect(file.split("\r\n").filter((line) => line.includes("-->"))).toEqual([
      "00:01:01,000 --> 00:01:02,250",
      "00:01:04,000 --> 00:01:05,000",
      // Nothing was heard there: as far from the first cue as before.
      "00:01:09,500 --> 00:01:11,500  X1:40 X2:600",
      "00:01:12,000 --> 00:01:13,000",
      "a --> b",
    ]);
    const without = (text: string) => text.replaceAll(/^[\d:.,x]+ -+> [\d:.,]+/gm, "");
    expect(without(file)).toBe(without(srt));
  });

  test("has cues that follow each other, however little time there is", () => {
    const spans = [
      { start: 1, end: 1.0001 },
      { start: 1.0001, end: 1.0002 },
      undefined,
      { start: 1.0002, end: 1.0003 },
    ];
    const file = retimed(readSubtitles(srt, "a.srt"), spans);
    const times = [...file.matchAll(/00:00:01,(\d+) --> 00:00:0(\d),(\d+)/g)].map(
      ([, from, second, to]) => [Number(from), 1000 * (Number(second) - 1) + Number(to)],
    );
    expect(times).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 1003],
    ]);
  });

  test("gives cues in which nothing was heard a share of their neighbours' time", () => {
    const names = ["Hello.", "[door slams]", "♪", "Who is there?", "[steps]", "Me."];
    const cue = (name: string, n: number) =>
      `${n + 1}\n00:00:0${n},000 --> 00:00:0${n + 1},000\n${name}\n`;
    const times = (spans: Parameters<typeof retimed>[1]) => {
      const file = retimed(readSubtitles(names.map(cue).join("\n"), "a.srt"), spans);
      return readSubtitles(file, "b.srt").cues.map(({ span }) => [span!.start, span!.end]);
    };
    const who = { start: 3, end: 6 };
    const me = { start: 6, end: 9 };
    expect(times([{ start: 0, end: 3 }, undefined, undefined, who, undefined, me])).toEqual([
      [0, 2.5],
      [2.5, 3],
      [3, 3.5],
      [3.5, 5.75],
      [5.75, 6.25],
      [6.25, 9],
    ]);
    // What begins the recording has its share, too, and who is short keeps a third.
    const short = { start: 0, end: 0.6 };
    const soon = { start: 0.6, end: 1.2 };
    expect(times([undefined, short, undefined, soon, undefined, undefined]).slice(0, 4)).toEqual([
      [0, 0.2],
      [0.2, 0.467],
      [0.467, 0.8],
      [0.8, 1.8],
    ]);
  });
});

test("WebVTT keeps its notes, styles, names and places", () => {
  const vtt = `WEBVTT - a film

STYLE
::cue { color: red }

NOTE this is no cue

intro
00:01.000 --> 00:02.000 line:0 align:start
<v Ada>Turn <00:01.500><c>on</c> the &lt;light&gt;

01:00:02.000 --> 01:00:03.000
`;
  const subtitles = readSubtitles(vtt, "a.vtt");
  expect(subtitles.cues.map(({ text, span }) => [text, span?.start])).toEqual([
    ["Turn on the <light>", 1],
    ["", 3602],
  ]);
  const file = retimed(subtitles, [{ start: 5, end: 9 }, undefined]);
  expect(file).toContain("intro\n00:00:05.000 --> 00:00:09.000 line:0 align:start\n");
  expect(file).toContain("<v Ada>Turn <c>on</c> the &lt;light&gt;");
  expect(file).toContain("\n01:00:06.000 --> 01:00:07.000\n");
  expect(file.startsWith(vtt.slice(0, vtt.indexOf("intro")))).toBe(true);
});

test.each(["", "Just a text.", "1\n00:00:01,000 --> 00:00:02,000\n[MUSIC]\n", "\0\x01\x02"])(
  "what has no subtitles is refused: %p",
  async (file) => {
    await expectAsrError(() => readSubtitles(file, "a.srt"), "usage", "a.srt: has no subtitles");
  },
);
