import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectAsrError } from "../../testing/expect-error.ts";
import { type Arguments, argumentsOf } from "./arguments.ts";
import { flagHelp, readFlags } from "./flags.ts";
import { transcribeFlags } from "./transcribe-flags.ts";

const table = {
  First: {
    colour: { short: "c", value: "NAME", help: "which\none", aliases: ["color"] },
    "dry-run": { help: "no harm" },
  },
  Second: { "a-flag-with-a-long-name": { value: "NUMBER", help: "more" } },
} as const;

describe("flags", () => {
  test("values, switches, names", () => {
    const { given, names } = readFlags(["a", "-c", "red", "--dry-run", "b", "--", "-c"], table);
    expect(names).toEqual(["a", "b", "-c"]);
    expect([given.text("colour"), given.has("dry-run")]).toEqual(["red", true]);
    expect([given.has("a-flag-with-a-long-name"), given.list("a-flag-with-a-long-name")]).toEqual([
      false,
      [],
    ]);
  });

  test("a repeated flag, names of other programs, underscores", () => {
    const { given } = readFlags(["--color=red", "--colour", "blue", "--dry_run"], table);
    expect(given.list("colour")).toEqual(["red", "blue"]);
    expect(given.text("colour")).toBe("blue");
    expect(given.has("dry-run")).toBe(true);
  });

  test("what is no flag", async () => {
    await expectAsrError(
      () => readFlags(["--colur", "x"], table),
      "usage",
      "did you mean --colour?",
    );
    await expectAsrError(
      () => readFlags(["-colour", "x"], table),
      "usage",
      "did you mean --colour?",
    );
    await expectAsrError(() => readFlags(["--colour"], table), "usage", "--colour: needs a NAME");
    expect(readFlags(["--", "--colur"], table).names).toEqual(["--colur"]);
  });

  test("a flag with a value of its own, alone and with another", () => {
    const optional = {
      First: { listen: { value: "PORT", bare: "80", help: "where" }, b: { help: "" } },
    } as const;
    const listen = (...argv: string[]) => readFlags(argv, optional).given.text("listen");
    expect([listen(), listen("--listen"), listen("--listen", "--b")]).toEqual([
      undefined,
      "80",
      "80",
    ]);
    expect([listen("--listen", "9"), listen("--listen=9"), listen("--b", "--listen")]).toEqual([
      "9",
      "9",
      "80",
    ]);
    expect(readFlags(["--listen", "--", "a"], optional).names).toEqual(["a"]);
    expect(flagHelp(optional)).toContain("      --listen [PORT]        where\n");
  });

  describe("a flag of which some values are known", () => {
    const kind = { type: "choice", choices: ["auto", "attention", "aligner"] } as const;
    const words = { bare: "auto", kind, aliases: ["word-timestamps"], help: "times" };
    const table = { First: { words, b: { help: "" } } } as const;
    const read = (...argv: string[]) => {
      const { given, names } = readFlags(argv, table);
      return [given.value("words"), ...names];
    };

    test.each<[string, (string | undefined)[]]>([
      ["--words", ["auto"]],
      ["--words talk.mp3", ["auto", "talk.mp3"]],
      ["talk.mp3 --words --b", ["auto", "talk.mp3"]],
      ["--words aligner talk.mp3", ["aligner", "talk.mp3"]],
      ["--words=attention", ["attention"]],
      ["--word_timestamps True talk.mp3", ["auto", "talk.mp3"]],
      ["--word-timestamps=true", ["auto"]],
      ["--word_timestamps False talk.mp3", [undefined, "talk.mp3"]],
      ["--b True --words False talk.mp3", [undefined, "talk.mp3"]],
      ["--b talk.mp3", [undefined, "talk.mp3"]],
      ["--words -- aligner", ["auto", "aligner"]],
      ["--words attention --words talk.mp3", ["auto", "talk.mp3"]],
    ])("%s", (line, expected) => expect(read(...line.split(" "))).toEqual(expected));

    test("is a switch, which others turn on and off by a word", () => {
      const given = (...argv: string[]) => readFlags(argv, table).given.has("b");
      expect([given("--b", "True"), given("--b", "False"), given("--b", "x")]).toEqual([
        true,
        false,
        true,
      ]);
    });

    test("is told of a value that was meant", async () => {
      const call = () => read("--words", "atention", "talk.mp3");
      await expectAsrError(call, "usage", "--words atention", "did you mean attention?");
      await expectAsrError(() => read("--words="), "usage", "--words", "auto, attention, aligner");
    });

    test("shows them in brackets", () => {
      expect(flagHelp(table)).toContain("--words [auto|attention|aligner]\n");
    });
  });

  test("help", () => {
    expect(flagHelp(table)).toBe(
      `First:
  -c, --colour NAME          which
                             one
      --dry-run              no harm

Second:
      --a-flag-with-a-long-name NUMBER
                             more
`,
    );
  });
});

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bun-asr-arguments-"));
  writeFileSync(join(folder, "words"), "Ada\n\nLinus:5\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

function readArguments(argv: string[], hasInput = false): Arguments {
  const { given: flags, names } = readFlags(argv, transcribeFlags);
  return argumentsOf({ argv, flags, names }, hasInput);
}

const parsed = (...argv: string[]) => readArguments(argv);

describe("arguments of transcribe", () => {
  test("names of other programs", () => {
    const given = parsed("--output_format", "srt", "--output_dir", "out", "--initial_prompt", "p");
    expect(given.destination).toMatchObject({ formats: ["srt"], directory: "out" });
    expect(given.settings.prompt).toBe("p");
  });

  test("formats from several flags", () => {
    expect(parsed("-o", "out", "-f", "srt,vtt", "-f", "txt").destination.formats).toEqual([
      "srt",
      "vtt",
      "txt",
    ] as Arguments["destination"]["formats"]);
  });

  test("a revision belongs to a model of the hub", async () => {
    expect(parsed("-m", "1.7b", "--revision", "v1").model).toBe("1.7b@v1");
    await expectAsrError(() => parsed("-m", "demo", "--revision", "v1"), "usage", "no revision");
    await expectAsrError(() => parsed("-m", "a/b@v1", "--revision", "v2"), "usage", "no revision");
  });

  test("without inputs it is the sample's turn, which needs no download", () => {
    expect(parsed()).toMatchObject({ sample: true, model: "demo" });
    expect(parsed("a.wav").sample).toBe(false);
    expect(readArguments([], true)).toMatchObject({ sample: false });
  });

  test.each<[string, number]>([
    ["90", 90],
    ["0.5", 0.5],
    ["1:30", 90],
    ["90:00", 5400],
    ["1:02:03.25", 3723.25],
    ["00:01:02,250", 62.25],
    ["0:00:00.001", 0.001],
    ["100:00:00", 360_000],
  ])("a time as %s", (text, seconds) => {
    expect(parsed("--end", text).settings.end).toBeCloseTo(seconds, 6);
  });

  test("plain samples", () => {
    expect(parsed("--stdin-pcm", "--rate", "48000", "--channels", "2")).toMatchObject({
      names: ["-"],
      pcm: { sampleRate: 48_000, channels: 2, encoding: undefined },
    });
  });

  test("words and who times them", () => {
    const { settings, engine, names } = parsed("--words", "x.wav", "--aligner", "aligner-8bit");
    expect([settings.words, engine.aligner, names]).toEqual(["auto", "aligner-8bit", ["x.wav"]]);
    expect(parsed("x.wav").settings.words).toBeUndefined();
  });

  test("subtitles by words need words, and need to be written", () => {
    const lit = parsed("-f", "json,vtt", "-o", "out", "--highlight_words", "x.wav");
    expect(lit).toMatchObject({ layout: { highlightWords: true }, settings: { words: "auto" } });
    const few = parsed(
      "--output",
      "x.srt",
      "--max-words-per-cue",
      "3",
      "--words=attention",
      "x.wav",
    );
    expect(few).toMatchObject({
      layout: { maxWordsPerCue: 3 },
      settings: { words: "attention" },
    });
    expect(parsed("-f", "srt", "--max-line-width", "30", "x.wav").settings.words).toBeUndefined();
  });

  test("tracks and channels", () => {
    const { settings } = parsed("--audio-track", "2", "--channel", "left", "x.mkv");
    expect(settings).toMatchObject({ audioTrack: 2, channel: "left" });
    expect(parsed("--track=ger", "x.mkv").settings).toMatchObject({ audioTrack: "ger" });
    expect(parsed("--list-tracks", "x.mkv").listTracks).toBe(true);
    expect(parsed("--channel", "3", "x.wav").settings).toMatchObject({ channel: 3 });
  });

  test.each<[string[], string[]]>([
    [
      ["-f", "x.wav"],
      ["--output-format x.wav: looks like a file", "inputs need no flag"],
    ],
    [
      ["-f", "out.srt"],
      ["looks like a file", "--output out.srt"],
    ],
    [
      ["-f", "srtt"],
      ['unknown format "srtt"', "did you mean srt?"],
    ],
    [
      ["-osrt", "x.wav"],
      ["unknown flag -osrt", "--output-format srt"],
    ],
    [
      ["-model", "x"],
      ["unknown flag -model", "did you mean --model?"],
    ],
    [
      ["--model", "0.6bb"],
      ["unknown model", "0.6b"],
    ],
    [["--rate", "8000"], ["--rate says what --stdin-pcm is"]],
    [["--stdin-pcm", "x.wav"], ["--stdin-pcm takes no other input"]],
    [["--stdin-pcm", "--rate", "10"], ["--rate 10: expected a number from 1000 to 768000"]],
    [
      ["--stdin-pcm", "--encoding", "s16"],
      ["--encoding s16", "choose from: s16le, f32le"],
    ],
    [["--start", "1:5"], ["--start 1:5: expected seconds or h:mm:ss"]],
    [["--start", "1:60"], ["--start 1:60: expected seconds or h:mm:ss"]],
    [["--start", "1:2:03"], ["--start 1:2:03: expected seconds or h:mm:ss"]],
    [["--start", "-3"], ["--start: needs a TIME; one that begins with - is written --start=-3"]],
    [["-l", "--json"], ["--language: needs a LANGUAGE; one that begins with - is written"]],
    [["--end=-1"], ["--end -1: expected seconds or h:mm:ss"]],
    [["--start", "1:00", "--end", "60"], ["end is 60, expected more than start, which is 60"]],
    [["--end", "0"], ["end is 0, expected more than start, which is 0"]],
    [["--batch", "1.5"], ["--batch 1.5: expected a whole number"]],
    [["--batch", "65"], ["--batch 65: expected a number from 1 to 64"]],
    [["--chunk-seconds", "0"], ["--chunk-seconds 0: expected a number from 1 to 1200"]],
    [["--max-line-width", "5"], ["--max-line-width 5"]],
    [
      ["-f", "srt", "--max-words-per-cue", "0"],
      ["--max-words-per-cue 0: expected a number from 1"],
    ],
    [
      ["--highlight-words", "--json"],
      ["--highlight-words is about subtitles", "add --output-format srt"],
    ],
    [["--max-words-per-cue", "3", "-f", "lrc"], ["--max-words-per-cue is about subtitles"]],
    [["--languages", "en,xx"], ['unknown language "xx"']],
    [
      ["--hotword", "Ada:99"],
      ["Ada", "99"],
    ],
    [["--hotwords-file", "/nonexistent"], ["--hotwords-file /nonexistent: no such file"]],
    [["--overwrite"], ["--overwrite is about files", "--output-dir"]],
    [["--skip-existing", "--json"], ["--skip-existing is about files"]],
    [["--json", "-f", "srt"], ["cannot share standard output"]],
    [["-o", "x", "--overwrite", "--skip-existing"], ["exclude each other"]],
    [
      ["--channel", "lfet"],
      ["--channel lfet: unknown", "did you mean left?"],
    ],
    [["--channel", "0"], ["--channel 0: expected mix, left, right, each or a whole number"]],
    [["--stream", "--channel", "each"], ["exclude each other"]],
    [
      ["--words", "aligner", "-l", "th"],
      ["the aligner does not know Thai", "--words attention"],
    ],
    [["--audio-track", "Klingonese"], ['"Klingonese", which is no language']],
    [["--audio-track", "0"], ["--audio-track 0: expected a language, default or a whole number"]],
    [["--stream", "--audio-track", "de"], ["give its number"]],
    [
      ["--progress", "yes"],
      ["--progress yes", "auto, always, never"],
    ],
  ])("%p", async (argv, texts) => {
    await expectAsrError(() => readArguments(argv), "usage", ...texts);
  });
});
