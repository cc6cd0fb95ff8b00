import { channelCounts, pcmEncodings, sampleRates } from "../../audio/pcm.ts";
import { defaultLimits } from "../../output/cues/layout.ts";
import { outputFormats } from "../../output/formats.ts";
import type { FlagTable, GivenFlags } from "./flags.ts";
import { flagsUnder } from "./option-flags.ts";

/** The flags of `transcribe`. */
export const transcribeFlags = {
  Model: {
    ...flagsUnder("Model"),
    revision: { value: "REV", help: "branch, tag or commit of a model of the hub" },
  },
  "What is said": {
    ...flagsUnder("What is said"),
    "hotwords-file": {
      value: "FILE",
      help: "such words, one on each line; # begins a comment",
      aliases: ["keywords-file"],
    },
  },
  "Which part": flagsUnder("Which part"),
  Decoding: flagsUnder("Decoding"),
  Input: {
    ...flagsUnder("Input"),
    "list-tracks": { help: "the audio tracks of each INPUT, and nothing else; --json: as JSON" },
    recursive: { short: "r", help: "folders within folders, too" },
    "files-from": { value: "LIST", help: "a file with a path on each line, or -" },
    follow: { help: "a file is still being written: read on while it grows, as --stream does" },
    "stdin-pcm": { help: "standard input is plain samples without a header" },
    rate: {
      value: "HZ",
      kind: { type: "number", ...sampleRates, isWhole: true },
      default: 16_000,
      help: "of --stdin-pcm",
    },
    channels: {
      kind: { type: "number", ...channelCounts, isWhole: true },
      default: 1,
      help: "of --stdin-pcm, interleaved",
    },
    encoding: {
      kind: { type: "choice", choices: pcmEncodings },
      default: "s16le",
      help: "of --stdin-pcm",
    },
  },
  Output: {
    "output-dir": {
      short: "o",
      value: "DIR",
      help: "a file NAME.FORMAT for each input; the tree of folders is kept",
    },
    output: { value: "FILE", help: "one file for one input, or - for standard output" },
    "output-format": {
      short: "f",
      value: "LIST",
      default: "txt",
      help: `${outputFormats.join(",")} or all`,
      aliases: ["format"],
    },
    overwrite: { help: "replace files that exist" },
    "skip-existing": { help: "leave out inputs whose files all exist: goes on with a batch" },
    "max-line-width": {
      kind: { type: "number", min: 10, max: 1000, isWhole: true },
      default: defaultLimits.maxLineWidth,
      help: "columns of a subtitle line",
    },
    "max-line-count": {
      kind: { type: "number", min: 1, max: 100, isWhole: true },
      default: defaultLimits.maxLineCount,
      help: "lines of a subtitle",
    },
    "max-words-per-cue": {
      kind: { type: "number", min: 1, max: 1000, isWhole: true },
      help: "words of a subtitle, by their times: turns --words on",
      aliases: ["max-words-per-line"],
    },
    "highlight-words": {
      help: "in subtitles, underline each word while it is said: turns --words on",
    },
    "rtl-marks": {
      help: "in subtitles, mark lines of Arabic, Persian and the like, for players that need it",
    },
    json: { help: "one JSON object for each input, on one line" },
    ...flagsUnder("Output"),
  },
  Behaviour: {
    "fail-fast": { help: "stop at the first input that fails" },
    stats: {
      help: "stage times and real-time factor on standard error",
      aliases: ["timings"],
    },
    worker: { help: "items on lines of JSON come in, rows go out: what batch gives to machines" },
    progress: {
      kind: { type: "choice", choices: ["auto", "always", "never"] },
      default: "auto",
      help: "a line on standard error",
    },
    quiet: { short: "q", help: "no notes and no progress on standard error" },
    help: { short: "h", help: "this text" },
  },
} as const satisfies FlagTable;

/** What `transcribe` was given. */
export type TranscribeFlags = GivenFlags<typeof transcribeFlags>;
