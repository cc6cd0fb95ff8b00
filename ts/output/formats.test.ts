import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFfmpeg } from "../audio/ffmpeg/program.ts";
import type { Segment, Transcript } from "../contract/transcript.ts";
import { expectAsrError } from "../testing/expect-error.ts";
import { schemaFaults } from "../testing/json-schema.ts";
import { type ReadCue, readSrt, readVtt } from "../testing/subtitles.ts";
import { randomChunks, transcriptOf } from "../testing/transcripts.ts";
import { seededRandom } from "../wer/seeded-random.ts";
import { type OutputFormat, outputFormats, parseFormats, render } from "./formats.ts";

const schema: { $defs: Record<string, { properties: object }> } = JSON.parse(
  readFileSync(join(import.meta.dir, "../../docs/transcript.schema.json"), "utf8"),
);

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-formats-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function segment(start: number, end: number, text: string, language = "English"): Segment {
  const confidence = { avgLogprob: -0.25, lowConfidence: false };
  return { id: 0, start, end, text, language, estimated: true, ...confidence };
}

function transcript(...segments: Segment[]): Transcript {
  const numbered = segments.map((each, id) => ({ ...each, id }));
  return { ...transcriptOf([]), segments: numbered, text: segments.map((s) => s.text).join(" ") };
}

const write = (format: OutputFormat, given: Transcript) =>
  render(format, given, { path: "talk.mp3" });

const two = transcript(
  segment(0.5, 2.25, "Is 1 < 2 & 3 --> 4?"),
  segment(36_610.004, 36_612.5, "[Laughs] Ten hours\tlater."),
);

describe("what each format looks like", () => {
  test.each<[OutputFormat, string]>([
    ["txt", "Is 1 < 2 & 3 --> 4?\n[Laughs] Ten hours\tlater.\n"],
    [
      "srt",
      "1\n00:00:00,500 --> 00:00:02,250\nIs 1 < 2 & 3 -> 4?\n\n" +
        "2\n10:10:10,004 --> 10:10:12,500\n[Laughs] Ten hours later.\n",
    ],
    [
      "vtt",
      "WEBVTT\n\n00:00:00.500 --> 00:00:02.250\nIs 1 &lt; 2 &amp; 3 --&gt; 4?\n\n" +
        "10:10:10.004 --> 10:10:12.500\n[Laughs] Ten hours later.\n",
    ],
    [
      "tsv",
      "start\tend\ttext\n500\t2250\tIs 1 < 2 & 3 --> 4?\n" +
        "36610004\t36612500\t[Laughs] Ten hours later.\n",
    ],
    [
      "lrc",
      "[00:00.50]Is 1 < 2 & 3 --> 4?\n[00:02.25]\n" +
        "[610:10.00] [Laughs] Ten hours later.\n[610:12.50]\n",
    ],
  ])("%s", (format, expected) => {
    expect(write(format, two)).toBe(expected);
  });

  test("json is the transcript, jsonl a segment a line with its recording", () => {
    expect(JSON.parse(write("json", two))).toEqual(two);
    const lines = write("jsonl", two).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual(
      two.segments.map((each) => ({ path: "talk.mp3", ...each })),
    );
  });

  test("silence: no cue, no line, no invented text", () => {
    const silent = transcript();
    const written = outputFormats.map((format) => [format, write(format, silent)]);
    const { json, ...others } = Object.fromEntries(written);
    expect(JSON.parse(json).text).toBe("");
    expect(others).toEqual({
      txt: "\n",
      srt: "",
      vtt: "WEBVTT\n",
      jsonl: "",
      tsv: "start\tend\ttext\n",
      lrc: "",
    });
  });

  test("line limits reach the writer", () => {
    const long = transcript(segment(0, 6, "one two three four five six seven"));
    const options = { path: "x", maxLineWidth: 10, maxLineCount: 1 };
    const cues = readSrt(render("srt", long, options));
    expect(cues.flatMap(({ lines }) => lines)).toEqual([
      "one two",
      "three",
      "four five",
      "six seven",
    ]);
  });
});

describe("the list of formats", () => {
  test("names, all, doubles", () => {
    expect(parseFormats("txt,srt", "-f")).toEqual(["txt", "srt"]);
    expect(parseFormats(" SRT , srt", "-f")).toEqual(["srt"]);
    expect(parseFormats("srt,all", "-f")).toEqual([
      "srt",
      ...outputFormats.filter((f) => f !== "srt"),
    ]);
  });
  test("a wrong name", async () => {
    await expectAsrError(
      () => parseFormats("srr", "-f"),
      "usage",
      '-f: unknown format "srr"',
      "srt",
    );
    await expectAsrError(() => parseFormats("", "-f"), "usage", 'unknown format ""', "choose from");
  });
});

/** The rules that hold for every cue list. */
function checkCues(cues: readonly ReadCue[], given: Transcript, arrow: string): void {
  let last = 0;
  for (const { startMs, endMs, lines } of cues) {
    expect(startMs).toBeGreaterThanOrEqual(last);
    expect(endMs).toBeGreaterThan(startMs);
    expect(endMs - startMs).toBeLessThanOrEqual(7000);
    expect(lines.length).toBeLessThanOrEqual(2);
    for (const line of lines) {
      expect(Bun.stringWidth(line)).toBeLessThanOrEqual(42);
      expect(line).not.toMatch(/^[、。」』，！？ー]/);
    }
    last = endMs;
  }
  const letters = (texts: string[]) => texts.join("").replaceAll(/\s/g, "");
  expect(letters(cues.flatMap(({ lines }) => lines))).toBe(
    letters(given.segments.map(({ text }) => text.replaceAll("-->", arrow))),
  );
}

const thousands = (): Transcript => {
  const text = "This is what was said, more or less, in the minute before.";
  return transcript(
    ...Array.from({ length: 2000 }, (_, index) => segment(index * 18, index * 18 + 5, text)),
  );
};

/** Has ffmpeg read it and write it as SubRip: the same times, without a warning. */
async function checkWithFfmpeg(name: string, text: string): Promise<void> {
  const path = join(folder, name);
  writeFileSync(path, text);
  const program = await findFfmpeg();
  const command = [
    program,
    "-v",
    "warning",
    "-xerror",
    "-i",
    path,
    "-map",
    "0:s",
    "-f",
    "srt",
    "-",
  ];
  const child = Bun.spawn(command, { stdout: "pipe", stderr: "pipe" });
  const [read, warnings] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  expect([await child.exited, warnings]).toEqual([0, ""]);
  const times = (subtitles: string) =>
    subtitles.replaceAll(/(\d)\.(\d)/g, "$1,$2").match(/^\d+:\d\d:\d\d,\d+ --> .*$/gm);
  expect(times(read)).toEqual(times(text));
}

describe("strict readers take what is written", () => {
  test("random transcripts in many scripts", () => {
    const random = seededRandom(11);
    for (let round = 0; round < 200; round++) {
      const given = transcriptOf(randomChunks(random));
      checkCues(readSrt(write("srt", given)), given, "->");
      checkCues(readVtt(write("vtt", given)), given, "-->");
      expect(schemaFaults(schema, "#", JSON.parse(write("json", given)))).toEqual([]);
      for (const line of write("jsonl", given).split("\n").slice(0, -1)) {
        expect(schemaFaults(schema, "#/$defs/segmentLine", JSON.parse(line))).toEqual([]);
      }
      const rows = write("tsv", given).trimEnd().split("\n").slice(1);
      expect(rows.length).toBe(given.segments.length);
      for (const row of rows) expect(row).toMatch(/^\d+\t\d+\t[^\t]+$/);
      for (const line of write("lrc", given).split("\n").slice(0, -1)) {
        expect(line).toMatch(/^\[\d{2,}:[0-5]\d\.\d\d\](?!\[)/);
      }
    }
  });

  test("2,000 segments over ten hours", async () => {
    const given = thousands();
    const srt = write("srt", given);
    checkCues(readSrt(srt), given, "->");
    await checkWithFfmpeg("long.srt", srt);
    await checkWithFfmpeg("long.vtt", write("vtt", given));
  });

  test("ffmpeg reads random ones without a warning", async () => {
    const random = seededRandom(12);
    for (let round = 0; round < 5; round++) {
      const given = transcriptOf(randomChunks(random));
      if (given.segments.length === 0) continue;
      await checkWithFfmpeg("random.srt", write("srt", given));
      await checkWithFfmpeg("random.vtt", write("vtt", given));
    }
  });

  test("lines of --json and jsonl have in the schema all that a transcript has", () => {
    const { $defs } = schema;
    const namesOf = (name: string) => Object.keys($defs[name]!.properties).toSorted();
    expect(namesOf("result")).toEqual([...namesOf("transcript"), "ok", "path"].toSorted());
    expect(namesOf("segmentLine")).toEqual([...namesOf("segment"), "path"].toSorted());
  });

  test("a schema that is not met is told", () => {
    const { text: _, ...without } = two;
    expect(schemaFaults(schema, "#", without)).toEqual(["$: lacks text"]);
    expect(schemaFaults(schema, "#", { ...two, rtf: -1, more: 1 })).toEqual([
      "$.rtf: is below 0",
      "$: has more",
    ]);
  });
});

describe("a telephone call, each party on its channel", () => {
  const call = transcript(
    { ...segment(0.5, 2.5, "Who is it?"), channel: 1 },
    { ...segment(2, 6, "It is me. I rang before, at noon, but nobody was at home."), channel: 2 },
    { ...segment(4, 5, "Yes."), channel: 1 },
    { ...segment(9, 10.5, "So I see."), channel: 1 },
  );

  test.each<[OutputFormat, string]>([
    [
      "txt",
      "Channel 1: Who is it?\n" +
        "Channel 2: It is me. I rang before, at noon, but nobody was at home.\n" +
        "Channel 1: Yes.\nChannel 1: So I see.\n",
    ],
    [
      "srt",
      "1\n00:00:00,500 --> 00:00:02,500\nChannel 1: Who is it?\n\n" +
        "2\n00:00:02,000 --> 00:00:06,000\nChannel 2: It is me. I rang before, at\n" +
        "noon, but nobody was at home.\n\n" +
        "3\n00:00:04,000 --> 00:00:05,000\nChannel 1: Yes.\n\n" +
        "4\n00:00:09,000 --> 00:00:10,500\nSo I see.\n",
    ],
    [
      "vtt",
      "WEBVTT\n\n00:00:00.500 --> 00:00:02.500\n<v Channel 1>Who is it?\n\n" +
        "00:00:02.000 --> 00:00:06.000\n<v Channel 2>It is me. I rang before,\n" +
        "at noon, but nobody was at home.\n\n" +
        "00:00:04.000 --> 00:00:05.000\n<v Channel 1>Yes.\n\n" +
        "00:00:09.000 --> 00:00:10.500\n<v Channel 1>So I see.\n",
    ],
    [
      "tsv",
      "start\tend\ttext\tchannel\n500\t2500\tWho is it?\t1\n" +
        "2000\t6000\tIt is me. I rang before, at noon, but nobody was at home.\t2\n" +
        "4000\t5000\tYes.\t1\n9000\t10500\tSo I see.\t1\n",
    ],
    [
      "lrc",
      "[00:00.50]Channel 1: Who is it?\n" +
        "[00:02.00]Channel 2: It is me. I rang before, at noon, but nobody was at home.\n" +
        "[00:04.00]Channel 1: Yes.\n[00:05.00]\n[00:09.00]So I see.\n[00:10.50]\n",
    ],
  ])("%s says who speaks", (format, expected) => {
    expect(write(format, call)).toBe(expected);
  });

  test("jsonl has the channel of each segment", () => {
    const lines = write("jsonl", call).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).channel)).toEqual([1, 2, 1, 1]);
  });

  test.each([42, 32, 31, 20, 12])("no line of %d columns is wider for its label", (width) => {
    const long = transcript({
      ...segment(0, 20, "The train to Boston leaves at seven thirty. ".repeat(4).trim()),
      channel: 12,
    });
    const layout = { path: "talk.mp3", maxLineWidth: width };
    const cues = render("srt", long, layout).trim().split("\n\n");
    const texts = cues.map((cue) => cue.split("\n").slice(2));
    expect(Math.max(...texts.flat().map(({ length }) => length))).toBeLessThanOrEqual(width);
    expect(Math.max(...texts.map(({ length }) => length))).toBe(2);
    expect(texts[0]![0]).toStartWith("Channel 12:");
  });
});
