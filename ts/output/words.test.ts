import { describe, expect, test } from "bun:test";
import type { Segment, Transcript } from "../contract/transcript.ts";
import { transcriptOf } from "../testing/transcripts.ts";
import { spoken } from "../testing/word-times.ts";
import type { Layout } from "./cues/layout.ts";
import { type OutputFormat, render } from "./formats.ts";

function transcript(...segments: Segment[]): Transcript {
  const numbered = segments.map((each, id) => ({ ...each, id }));
  return { ...transcriptOf([]), segments: numbered, text: segments.map((s) => s.text).join(" ") };
}

const write = (format: OutputFormat, given: Transcript, layout: Partial<Layout> = {}) =>
  render(format, given, { path: "talk.mp3", ...layout });

const two = transcript(
  spoken([
    ["Is", 0.5, 0.75],
    ["1", 0.75, 1.1],
    ["<", 1.2, 1.3],
    ["<2>", 2, 2.25],
  ]),
  spoken([
    ["[Laughs]", 36_610.004, 36_610.5],
    ["--> yes", 36_610.5, 36_612.5],
  ]),
);

describe("what each format makes of words", () => {
  test.each<[OutputFormat, string]>([
    ["txt", "Is 1 < <2>\n[Laughs] --> yes\n"],
    [
      "srt",
      "1\n00:00:00,500 --> 00:00:02,250\nIs 1 < <2>\n\n" +
        "2\n10:10:10,004 --> 10:10:12,500\n[Laughs] -> yes\n",
    ],
    [
      "vtt",
      "WEBVTT\n\n00:00:00.500 --> 00:00:02.250\n" +
        "<c>Is</c> <00:00:00.750><c>1</c> " +
        "<00:00:01.200><c>&lt;</c> <00:00:02.000><c>&lt;2&gt;</c>\n\n" +
        "10:10:10.004 --> 10:10:12.500\n<c>[Laughs]</c> <10:10:10.500><c>--&gt; yes</c>\n",
    ],
    [
      "tsv",
      "start\tend\ttext\tsegment\tprobability\testimated\n" +
        "500\t750\tIs\t0\t0.9877\ttrue\n750\t1100\t1\t0\t0.9877\ttrue\n" +
        "1200\t1300\t<\t0\t0.9877\ttrue\n2000\t2250\t<2>\t0\t0.9877\ttrue\n" +
        "36610004\t36610500\t[Laughs]\t1\t0.9877\ttrue\n" +
        "36610500\t36612500\t--> yes\t1\t0.9877\ttrue\n",
    ],
    [
      "lrc",
      "[00:00.50]<00:00.50>Is <00:00.75>1 <00:01.20>< <00:02.00>< 2><00:02.25>\n[00:02.25]\n" +
        "[610:10.00]<610:10.00>[Laughs] <610:10.50>--> yes<610:12.50>\n[610:12.50]\n",
    ],
  ])("%s", (format, expected) => {
    expect(write(format, two)).toBe(expected);
  });

  test("json and jsonl have them as they are", () => {
    expect(JSON.parse(write("json", two))).toEqual(two);
    const lines = write("jsonl", two).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).words)).toEqual(two.segments.map((s) => s.words));
  });

  test("control characters leave their words where they are", () => {
    const given = transcript(
      spoken([
        ["a\0b", 0, 1],
        ["\x06", 1, 1.2],
        ["\x1bc", 1.5, 3],
      ]),
    );
    expect(write("vtt", given)).toEndWith("\n<c>ab</c> <00:00:01.500><c>c</c>\n");
    expect(write("tsv", given).split("\n").slice(1, -1)).toEqual([
      "0\t1000\tab\t0\t0.9877\ttrue",
      "1500\t3000\tc\t0\t0.9877\ttrue",
    ]);
    expect(write("lrc", given)).toStartWith("[00:00.00]<00:00.00>ab <00:01.50>c<00:03.00>\n");
  });

  test("a segment without words stands among others as it would alone", () => {
    const { words: _, ...untimed } = spoken([["Later.", 4, 5]]);
    const given = transcript(spoken([["Now.", 0, 1]]), untimed);
    expect(write("vtt", given)).toEndWith("00:00:04.000 --> 00:00:05.000\nLater.\n");
    expect(write("tsv", given)).toEndWith("\n4000\t5000\tLater.\t1\t\ttrue\n");
    expect(write("lrc", given)).toContain("\n[00:04.00]Later.\n");
  });

  test("times within a WebVTT cue only grow, however close words are", () => {
    const close = transcript(
      spoken([
        ["a", 1, 1.0001],
        ["b", 1.0001, 1.5],
        ["c", 1.5, 1.5002],
        ["d", 1.5002, 1.5004],
      ]),
    );
    expect(write("vtt", close)).toEndWith(
      "00:00:01.000 --> 00:00:02.000\n<c>a</c> <c>b</c> <00:00:01.500><c>c</c> <c>d</c>\n",
    );
  });
});

describe("highlighted words", () => {
  const given = transcript(
    spoken([
      ["Turn", 1, 1.4],
      ["it", 1.5, 1.7],
      ["off.", 2.5, 3],
    ]),
  );

  test("are underlined one after the other; in a pause none is", () => {
    const cues = [
      ["00:00:01,000 --> 00:00:01,500", "<u>Turn</u> it off."],
      ["00:00:01,500 --> 00:00:01,700", "Turn <u>it</u> off."],
      ["00:00:01,700 --> 00:00:02,500", "Turn it off."],
      ["00:00:02,500 --> 00:00:03,000", "Turn it <u>off.</u>"],
    ];
    const srt = cues.map(([times, text], index) => `${index + 1}\n${times}\n${text}\n`).join("\n");
    expect(write("srt", given, { highlightWords: true })).toBe(srt);
    const vtt = cues.map(([times, text]) => `\n${times!.replaceAll(",", ".")}\n${text}\n`).join("");
    expect(write("vtt", given, { highlightWords: true })).toBe(`WEBVTT\n${vtt}`);
  });

  test("without their times there is nothing to underline", () => {
    const { words: _, ...untimed } = given.segments[0]!;
    const plain = transcript(untimed);
    for (const format of ["srt", "vtt"] as const) {
      expect(write(format, plain, { highlightWords: true })).toBe(write(format, plain));
    }
  });

  test("other formats do not change", () => {
    for (const format of ["txt", "tsv", "lrc", "json", "jsonl"] as const) {
      expect(write(format, given, { highlightWords: true })).toBe(write(format, given));
    }
  });

  test("between marks for right-to-left scripts, which stand around whole lines", () => {
    const arabic = transcript(
      spoken(
        [
          ["كيف", 0, 1],
          ["حالك؟", 1, 2],
        ],
        { language: "Arabic" },
      ),
    );
    const layout = { highlightWords: true, rtlMarks: true };
    expect(write("srt", arabic, layout)).toContain("\u202b<u>كيف</u> حالك؟\u202c\n");
    expect(write("vtt", arabic, layout)).toContain("\u202bكيف <u>حالك؟</u>\u202c\n");
    expect(write("vtt", arabic, { rtlMarks: true })).toContain(
      "\u202b<c>كيف</c> <00:00:01.000><c>حالك؟</c>\u202c\n",
    );
    expect(write("lrc", arabic, { rtlMarks: true })).toStartWith(
      "[00:00.00]\u202b<00:00.00>كيف <00:01.00>حالك؟<00:02.00>\u202c\n",
    );
  });
});

describe("a dialogue of two channels", () => {
  const call = transcript(
    spoken(
      [
        ["Who", 0.5, 1],
        ["is", 1, 1.5],
        ["it?", 1.5, 2.5],
      ],
      { channel: 1 },
    ),
    spoken([["Me.", 2, 3.2]], { channel: 2 }),
  );

  test.each<[OutputFormat, Partial<Layout>, string]>([
    ["txt", {}, "Channel 1: Who is it?\nChannel 2: Me.\n"],
    [
      "srt",
      {},
      "1\n00:00:00,500 --> 00:00:02,500\nChannel 1: Who is it?\n\n" +
        "2\n00:00:02,000 --> 00:00:03,200\nChannel 2: Me.\n",
    ],
    [
      "srt",
      { highlightWords: true },
      "1\n00:00:00,500 --> 00:00:01,000\nChannel 1: <u>Who</u> is it?\n\n" +
        "2\n00:00:01,000 --> 00:00:01,500\nChannel 1: Who <u>is</u> it?\n\n" +
        "3\n00:00:01,500 --> 00:00:02,500\nChannel 1: Who is <u>it?</u>\n\n" +
        "4\n00:00:02,000 --> 00:00:03,200\nChannel 2: <u>Me.</u>\n",
    ],
    [
      "vtt",
      {},
      "WEBVTT\n\n00:00:00.500 --> 00:00:02.500\n" +
        "<v Channel 1><c>Who</c> <00:00:01.000><c>is</c> <00:00:01.500><c>it?</c>\n\n" +
        "00:00:02.000 --> 00:00:03.200\n<v Channel 2><c>Me.</c>\n",
    ],
    [
      "vtt",
      { highlightWords: true },
      "WEBVTT\n\n00:00:00.500 --> 00:00:01.000\n<v Channel 1><u>Who</u> is it?\n\n" +
        "00:00:01.000 --> 00:00:01.500\n<v Channel 1>Who <u>is</u> it?\n\n" +
        "00:00:01.500 --> 00:00:02.500\n<v Channel 1>Who is <u>it?</u>\n\n" +
        "00:00:02.000 --> 00:00:03.200\n<v Channel 2><u>Me.</u>\n",
    ],
    [
      "tsv",
      {},
      "start\tend\ttext\tsegment\tprobability\testimated\tchannel\n" +
        "500\t1000\tWho\t0\t0.9877\ttrue\t1\n1000\t1500\tis\t0\t0.9877\ttrue\t1\n" +
        "1500\t2500\tit?\t0\t0.9877\ttrue\t1\n2000\t3200\tMe.\t1\t0.9877\ttrue\t2\n",
    ],
    [
      "lrc",
      {},
      "[00:00.50]Channel 1: <00:00.50>Who <00:01.00>is <00:01.50>it?<00:02.50>\n" +
        "[00:02.00]Channel 2: <00:02.00>Me.<00:03.20>\n[00:03.20]\n",
    ],
  ])("in %s (%p)", (format, layout, expected) => {
    expect(write(format, call, layout)).toBe(expected);
  });
});
