import { describe, expect, test } from "bun:test";
import { expectAsrError } from "../testing/expect-error.ts";
import {
  checkLive,
  checkOption,
  checkOptions,
  parted,
  recordingSettings,
  sessionOptions,
  streamSettings,
} from "./option-checks.ts";
import { expected } from "./option-kinds.ts";
import { type OptionName, optionNames, optionRow } from "./option-table.ts";

const everyName = optionNames("model", "load", "recording", "session", "stream", "call");

test("every default is a value that its option may have", () => {
  const wrong = everyName.filter((name) => {
    const { kind, default: value } = optionRow(name);
    return value !== undefined && expected(kind, value) !== undefined;
  });
  expect(wrong).toEqual([]);
});

describe("a value", () => {
  test.each<[OptionName, unknown]>([
    ["chunkSeconds", 1],
    ["chunkSeconds", 1200],
    ["batch", 64],
    ["maxTokens", Number.MAX_SAFE_INTEGER],
    ["seed", 0],
    ["seed", 2 ** 60],
    ["noRepeatNgram", 1000],
    ["mel", "fft512"],
    ["channel", "each"],
    ["channel", 12],
    ["audioTrack", 2],
    ["audioTrack", "ger"],
    ["languages", []],
    ["keywords", ["Ada", { word: "Emma", weight: 2 }]],
    ["signal", AbortSignal.timeout(1)],
    ["onProgress", () => undefined],
  ])("%s may be %j", (name, value) => checkOption(name, value));

  test.each<[OptionName, unknown, ...string[]]>([
    ["chunkSeconds", 0.99, "chunkSeconds is 0.99, expected a number from 1 to 1200"],
    ["chunkSeconds", "30", 'chunkSeconds is "30", expected a number from 1 to 1200'],
    ["pauseSeconds", 61, "pauseSeconds is 61, expected a number from 0.2 to 60"],
    ["stepSeconds", Number.NaN, "stepSeconds is NaN, expected a number from 0.5 to 30"],
    ["batch", 65, "batch is 65, expected a number from 1 to 64"],
    ["batch", 1.5, "batch is 1.5, expected a whole number from 1 to 64"],
    ["maxTokens", 0.5, "maxTokens is 0.5, expected a whole number of at least 1"],
    ["maxTokens", Number.POSITIVE_INFINITY, "expected a whole number of at least 1"],
    ["seed", -1, "seed is -1, expected a whole number of at least 0"],
    ["repetitionPenalty", 0, "repetitionPenalty is 0, expected a number from 0.01 to 100"],
    ["threads", 1025, "threads is 1025, expected a number from 1 to 1024"],
    ["precision", "ful", 'precision is "ful", expected auto or full; did you mean full?'],
    ["mel", 512, "mel is 512, expected exact or fft512"],
    ["channel", 0, "channel is 0, expected mix, left, right, each or a whole number of at least 1"],
    ["channel", 1.5, "or a whole number of at least 1"],
    ["channel", "rigth", 'channel is "rigth"', "did you mean right?"],
    ["audioTrack", -1, "audioTrack is -1, expected a language, default or a whole number"],
    ["audioTrack", true, "expected a language, default or a whole number"],
    ["languages", ["en", 5], "expected a list of strings"],
    ["keywords", [{ word: "Ada", weight: "5" }], "expected a list of texts"],
    ["vad", 1, "vad is 1, expected a boolean"],
    ["model", {}, "model is {}, expected a string"],
    ["signal", null, "signal is null, expected an AbortSignal"],
    ["onProgress", "yes", 'onProgress is "yes", expected a function'],
  ])("%s may not be %j", (name, value, ...why) =>
    expectAsrError(() => checkOption(name, value), "usage", ...why),
  );
});

describe("a call", () => {
  test("takes its own options and what is undefined", () => {
    checkOptions({ threads: 2, signal: undefined }, "load", "load");
    checkOptions({ language: "en", onProgress: undefined }, "transcribe", "transcribe");
    checkOptions({ model: "demo", batch: 1, live: true }, "oneStream", "transcribeStream");
  });

  test.each<[object, Parameters<typeof checkOptions>[1], string]>([
    [{ language: "en" }, "load", 'load: unknown option "language"; transcribe and stream take it'],
    [{ live: true }, "transcribe", '"live"; stream and transcribeStream take it'],
    [{ threads: 2 }, "transcribe", 'transcribe: unknown option "threads"; load takes it'],
    [{ model: "demo" }, "stream", 'stream: unknown option "model"'],
    [{ stepSecond: 1 }, "oneStream", "did you mean stepSeconds?"],
    [{ live: true }, "oneCall", 'unknown option "live"'],
    [{ constructor: 1 }, "load", 'unknown option "constructor"'],
  ])("refuses %j of %s", (options, call, why) =>
    expectAsrError(() => checkOptions(options, call, call), "usage", why),
  );

  test("that opens its model names each of its options once", () => {
    const error = expectAsrError(
      () => checkOptions({ zzzzzz: 2 }, "oneCall", "x"),
      "usage",
      "choose",
    );
    return error.then(({ hint }) => expect(hint?.match(/\bsignal\b/g)).toHaveLength(1));
  });

  test("that opens its model gives each part its own", () => {
    const { signal } = new AbortController();
    const options = { model: "demo", threads: 2, language: "en", live: false, signal };
    expect(parted(options)).toEqual({
      model: "demo",
      load: { threads: 2, signal },
      rest: { language: "en", live: false, signal },
    });
  });
});

describe("settings", () => {
  test("have the prompt's names of languages, parsed keywords, and nothing that stays here", () => {
    const { signal } = new AbortController();
    const options = { language: "de", keywords: ["Ada:5"], maxTokens: 3, signal };
    expect(recordingSettings(options)).toEqual({
      language: "German",
      keywords: [{ word: "Ada", weight: 5 }],
      maxTokens: 3,
    });
    expect(streamSettings({ languages: ["en", "de"], live: true })).toEqual({
      languages: ["English", "German"],
      live: true,
    });
    expect(recordingSettings({ language: "auto" })).toEqual({});
  });

  test.each<[object, string]>([
    [{ language: "en", languages: ["de"] }, "exclude each other"],
    [{ language: "Germn" }, "did you mean German?"],
    [{ start: -1 }, "start is -1, expected a number of at least 0"],
    [{ end: Number.POSITIVE_INFINITY }, "end is Infinity, expected a number"],
    [{ start: 5, end: 5 }, "end is 5, expected more than start, which is 5"],
    [{ keywords: ["Ada:99"] }, "weight is 99"],
  ])("%j are refused", (options, why) =>
    expectAsrError(() => recordingSettings(options), "usage", why),
  );

  test("have no channels apart where audio is heard as it comes", async () => {
    await expectAsrError(() => checkLive({ channel: "each" }, true), "usage", "leave live");
    checkLive({ channel: "each" }, false);
    checkLive({ channel: 2 }, true);
    await expectAsrError(() => checkLive({ audioTrack: "de" }, true), "usage", "give its number");
    for (const audioTrack of [1, "default"]) checkLive({ audioTrack }, true);
    checkLive({ audioTrack: "de" }, false);
  });

  test("tell the native session what is its own", () => {
    const settings = recordingSettings({ mel: "fft512", seed: 3, vad: true, language: "en" });
    expect(sessionOptions(settings)).toEqual({ mel: "fft512", seed: 3 });
  });
});

describe("words by the aligner", () => {
  test("need a language that it knows, where one is said", async () => {
    const refused = [{ language: "th" }, { languages: ["pl", "Turkish"] }];
    for (const settings of refused) {
      const call = () => recordingSettings({ words: "aligner", ...settings });
      await expectAsrError(
        call,
        "usage",
        "the aligner does not know",
        "--words attention",
        "German",
      );
    }
    const call = () => recordingSettings({ words: "aligner", languages: ["pl", "Turkish"] });
    await expectAsrError(call, "usage", "Polish or Turkish");
  });

  test.each([{}, { language: "yue" }, { languages: ["pl", "de"] }])("may be for %j", (settings) => {
    expect(recordingSettings({ words: "aligner", ...settings }).words).toBe("aligner");
  });

  test("are no matter of the others", () => {
    expect(recordingSettings({ words: "auto", language: "th" }).words).toBe("auto");
    expect(recordingSettings({ words: "attention", language: "th" }).words).toBe("attention");
  });
});
