import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Asr } from "../../asr.ts";
import { AsrError } from "../../contract/errors.ts";
import type { AlignOptions } from "../../contract/options.ts";
import type { Segment } from "../../contract/transcript.ts";
import { demoSample } from "../../native/locate.ts";
import { schemaFaults } from "../../testing/json-schema.ts";
import { outcomeOf } from "../../testing/recorded-terminal.ts";
import { alignWith, type TextAligner } from "./align.ts";

let folder = "";
let asr: Asr;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-align-"));
  asr = await Asr.load("demo");
});
afterAll(async () => {
  await asr.close();
  rmSync(folder, { recursive: true });
});

/** A file of the test's folder. */
function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Runs the command with the demo, or with what stands in for it. */
async function run(argv: readonly string[], align: TextAligner["align"] = asr.align.bind(asr)) {
  const calls: AlignOptions[] = [];
  const aligner: TextAligner = {
    align: (input, text, options) => {
      calls.push(options);
      return align(input, text, options);
    },
    [Symbol.asyncDispose]: async () => {},
  };
  const command = alignWith(async () => aligner);
  return { ...(await outcomeOf((terminal) => command.run(argv, terminal))), calls };
}

const said = "Turn on the light in the kitchen. The train to Boston leaves at seven thirty.";
const srt = `7\r
00:00:09,000 --> 00:00:10,000\r
<i>Turn on</i> the light\r
in the kitchen.\r
\r
9\r
00:00:1x,000 -> 00:00:12,000\r
The train to New York leaves at 7:30.\r
`;

describe("subtitles", () => {
  test("keep all but their times, which become those of the recording", async () => {
    const { status, out, notes } = await run([demoSample, "--srt", file("a.srt", srt)]);
    expect(out).toMatch(/^7\r\n00:00:00,[23]\d\d --> 00:00:0[12],\d{3}\r\n<i>Turn on<\/i> the/);
    expect(out).toMatch(
      /9\r\n00:00:02,\d{3} --> 00:00:0[45],\d{3}\r\nThe train to New York leaves/,
    );
    expect(status).toBe(0);
    expect(notes).toContain("86.7 % of the text was heard, 1 not heard, 1 not in the text\n");
    expect(notes).toMatch(/ {2}0:0[23], cue 2: not heard: “New York”\n/);
    expect(notes).toMatch(/ {2}0:0[23], cue 2: not in the text: “Boston”\n/);
  });

  test("may be WebVTT, and become any format", async () => {
    const vtt = `WEBVTT\n\n00:09.000 --> 00:10.000 line:0\n${said}\n`;
    const { out } = await run([demoSample, "--vtt", file("a.vtt", vtt), "-q"]);
    expect(out).toMatch(/^WEBVTT\n\n00:00:00\.\d+ --> 00:00:0[45]\.\d+ line:0\nTurn on/);
    const other = await run([demoSample, "--srt", join(folder, "a.vtt"), "-f", "srt", "-q"]);
    expect(other.out).toMatch(/^1\n00:00:00,\d+ --> .*\nTurn on the light/);
    expect([other.status, other.notes]).toEqual([0, ""]);
  });

  test("of sounds alone stay, and are told of where they cannot", async () => {
    const sound = "8\n00:00:10,100 --> 00:00:11,000\n[a train\ncomes in]\n\n";
    const old = ["--srt", file("sound.srt", srt.replace("9\r\n", `${sound}9\r\n`))];
    const kept = await run([demoSample, ...old]);
    expect(kept.out).toContain("[a train\ncomes in]");
    expect(kept.notes).not.toContain("sounds");
    const anew = await run([demoSample, ...old, "-f", "vtt"]);
    expect(anew.out).not.toContain("a train");
    const why = "cues of sounds alone are not in what is made anew: 1, first “[a train comes in]”";
    expect(anew.notes).toContain(`note: ${demoSample}: ${why}\n`);
  });

  test("are made anew where a flag shapes them, in their own format and in others", async () => {
    const old = ["--srt", file("a.srt", srt), "-q"];
    const bySize = await run([demoSample, ...old, "--max-words-per-cue", "4"]);
    expect(bySize.out).toMatch(/^1\n00:00:00,\d+ --> .*\nTurn on the light\n\n2\n/);
    const lit = await run([demoSample, ...old, "--highlight-words", "-f", "vtt"]);
    expect(lit.out).toMatch(/^WEBVTT\n\n.*\n<u>Turn<\/u> on the light/);
    expect([bySize.status, lit.status, bySize.notes, lit.notes]).toEqual([0, 0, "", ""]);
  });
});

describe("a text", () => {
  test("becomes subtitles by sentences, or by its lines", async () => {
    const text = file(
      "a.txt",
      "\ufeffTurn on\r\nthe light in the kitchen.\r\n\r\nThe train to Boston.",
    );
    const bySentence = await run([demoSample, "--text", text, "-f", "jsonl", "-q"]);
    const rows = (out: string) => out.trimEnd().split("\n");
    expect(rows(bySentence.out).map((row) => JSON.parse(row).text)).toEqual([
      "Turn on the light in the kitchen.",
      "The train to Boston.",
    ]);
    const byLine = await run([demoSample, "--text", text, "--lines", "-f", "jsonl"]);
    expect(rows(byLine.out).length).toBe(3);
    expect(byLine.notes).toContain("100 % of the text was heard, 1 not in the text\n");
    expect(byLine.notes).toMatch(/line 4: not in the text: “leaves at seven thirty\.”\n/);
  });

  test("is shaped by flags without naming the format, which is srt", async () => {
    const text = file("shaped.txt", said);
    const { status, out } = await run([demoSample, "--text", text, "--highlight-words", "-q"]);
    expect(status).toBe(0);
    expect(out).toMatch(/^1\n.*\n<u>Turn<\/u> on the light/);
    const none = await run([demoSample, "--text", text, "--highlight-words", "-f", "lrc"]);
    expect([none.status, none.notes]).toEqual([2, expect.stringContaining("is about subtitles")]);
  });

  test("in UTF-16 is read, too, and JSON has all there is to know", async () => {
    const text = file("utf16.txt", Buffer.from(`\ufeff${said}`, "utf16le"));
    const { status, out } = await run([demoSample, "--text", text, "--json", "-l", "en"]);
    expect(status).toBe(0);
    const result = JSON.parse(out);
    expect(result).toMatchObject({ ok: true, text: said, matched: 1, unmatched: [] });
    const schema = JSON.parse(
      readFileSync(join(import.meta.dir, "../../../docs/transcript.schema.json"), "utf8"),
    );
    const segments = result.segments.map(({ words, ...segment }: Segment) => {
      expect(words!.map(({ text }) => text).join(" ")).toBe(segment.text);
      return segment;
    });
    expect(schemaFaults(schema, "#/$defs/result", { ...result, segments })).toEqual([]);
  });

  test("goes into files beside others", async () => {
    const text = file("b.txt", said);
    const { status, notes } = await run([
      ...[demoSample, "--text", text, "-f", "srt,vtt,json", "-o", join(folder, "out")],
    ]);
    expect(status).toBe(0);
    expect(readdirSync(join(folder, "out")).toSorted()).toEqual([
      "sample.json",
      "sample.srt",
      "sample.vtt",
    ]);
    expect(notes).toContain("sample.vtt");
    const again = await run([demoSample, "--text", text, "-o", join(folder, "out")]);
    expect([again.status, again.notes]).toEqual([
      2,
      expect.stringMatching(/already there; --overwrite replaces what exists\n$/),
    ]);
  });

  test("that is another one is written all the same, and told", async () => {
    const other = file("other.txt", "Es war einmal ein König, der hatte drei Söhne.");
    const { status, out, notes } = await run([demoSample, "--text", other, "-q"]);
    expect([status, notes]).toEqual([
      1,
      `error: ${demoSample}: only 0 % of the text was heard; is it the text of this recording, ` +
        "in its language?\n",
    ]);
    expect(out).toContain("drei Söhne.");
  });
});

test("the help tells what holds here, not in transcribe", async () => {
  const { status, out } = await run(["--help"]);
  const text = out.replaceAll(/\s+/g, " ");
  expect(status).toBe(0);
  expect(text).toContain("or all (default: that of the subtitles, else srt)");
  expect(text).toContain("else attention (default: auto)");
  expect(text).toContain("--channel mix|left|right|N which");
  expect(text).not.toContain("default: no words");
});

describe("what goes wrong", () => {
  test.each([
    [["--text", "x"], "needs a recording"],
    [["a.wav", "b.wav", "--text", "x"], "one recording at a time; see --help"],
    [["a.wav", "b.txt"], "one recording at a time; a text is given by a flag: --text b.txt"],
    [["a.wav", "b.VTT"], "one recording at a time; subtitles are given by a flag: --srt b.VTT"],
    [[demoSample], "add --text FILE or --srt FILE"],
    [[demoSample, "--text", "a", "--srt", "b"], "exclude each other"],
    [[demoSample, "--srt", "b", "--lines"], "--lines is about --text"],
    [["-", "--text", "-"], "given twice"],
    [[demoSample, "--text", "none.txt"], "--text none.txt: no such file"],
    [[demoSample, "--text", "a.srt"], "use --srt a.srt"],
    [[demoSample, "--text", demoSample], "is no text"],
    [[demoSample, "--text", "x", "--stream"], "align takes no --stream"],
    [[demoSample, "--text", "x", "--channel", "each"], "one channel"],
    [[demoSample, "--text", "x", "--language", "xx"], "xx"],
  ])("%p is refused before a model is opened", async (argv, why) => {
    const { status, notes, calls } = await run(argv);
    expect([status, calls]).toEqual([2, []]);
    expect(notes).toContain(why);
  });

  test("an empty text, zeros, and a text without subtitles are refused", async () => {
    const why = async (flag: string, content: string) =>
      (await run([demoSample, flag, file("bad", content)])).notes;
    expect(await why("--text", " \n")).toContain("no words in it");
    expect(await why("--text", "a\0b")).toContain("is no text but a file of another kind");
    expect(await why("--text", "a".repeat(2_000_001))).toContain("more than any recording");
    expect(await why("--srt", said)).toContain("has no subtitles in it");
    const latin = await run([demoSample, "--text", file("latin", Buffer.from("für", "latin1"))]);
    expect(latin.notes).toContain(
      "is no text in UTF-8 or UTF-16; older text becomes such by: iconv",
    );
  });

  test("a recording that is not there has status 1", async () => {
    const { status, notes } = await run(["none.wav", "--text", file("c.txt", said)]);
    expect([status, notes]).toEqual([1, expect.stringContaining("none.wav: no such file")]);
  });

  test("an interrupt writes what was heard by then", async () => {
    const align: TextAligner["align"] = async (input, text, options) => {
      const whole = await asr.align(input, text, { language: options.language });
      process.emit("SIGINT", "SIGINT");
      expect(options.signal?.aborted).toBe(true);
      throw new AsrError("aborted", "interrupted").with(whole);
    };
    const argv = [
      demoSample,
      "--text",
      file("d.txt", said),
      "-o",
      join(folder, "cut"),
      "-f",
      "srt",
    ];
    const { status } = await run(argv, align);
    expect([status, readdirSync(join(folder, "cut"))]).toEqual([130, ["sample.partial.srt"]]);
  });
});
