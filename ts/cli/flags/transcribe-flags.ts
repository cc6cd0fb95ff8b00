import { outputFormats } from "../../output/formats.ts";
import { type FlagName, flagHelp, type GivenFlags } from "./flags.ts";

/** The flags of `transcribe`. */
export const transcribeFlags = {
  Model: {
    model: {
      short: "m",
      value: "MODEL",
      help:
        "0.6b, 1.7b, 0.6b-8bit …, org/name of the hub, a folder, or demo\n" +
        "(default: $BUN_ASR_MODEL, else 0.6b; fetched at the first use)",
    },
    revision: { value: "REV", help: "branch, tag or commit of a model of the hub" },
    offline: { help: "use the network for nothing" },
    "cache-dir": { value: "DIR", help: "where models lie (default: as Hugging Face's tools)" },
    precision: { value: "auto|full", help: "full computes every step in float32 (default: auto)" },
    mel: { value: "exact|fft512", help: "recipe of the mel spectrogram (default: exact)" },
    threads: { value: "N", help: "threads that compute (default: all cores)" },
    batch: { value: "N", help: "most parts that are decoded together (default: 8)" },
  },
  "What is said": {
    language: {
      short: "l",
      value: "LANGUAGE",
      help: "code or name, as in en or English (default: detected)",
    },
    languages: { value: "LIST", help: "detect one of these only, as in en,de" },
    context: {
      value: "TEXT",
      help: "what to expect: names, terms, the topic",
      aliases: ["prompt", "initial-prompt"],
    },
    hotword: {
      value: "WORD[:WEIGHT]",
      help:
        "a word to listen for; can be repeated. WEIGHT is -10 to 10\n" +
        "(default: 3), below 0 avoids the word",
      aliases: ["hotwords", "keyword", "keywords"],
    },
    "hotwords-file": {
      value: "FILE",
      help: "such words, one on each line",
      aliases: ["keywords-file"],
    },
    "chunk-seconds": { value: "N", help: "length of the parts, 1 to 1200 (default: 30)" },
    vad: { help: "leave out silence of more than 2 seconds" },
    "pause-seconds": { value: "N", help: "length of the pauses for --vad, 0.2 to 60 (default: 2)" },
    "max-tokens": { value: "N", help: "most tokens for one part (default: by its length)" },
    temperature: { value: "T", help: "0 (default) takes the likeliest token, above 0 samples" },
  },
  Input: {
    recursive: { short: "r", help: "folders within folders, too" },
    "files-from": { value: "LIST", help: "a file with a path on each line, or -" },
    follow: { help: "a file is still being written: read on while it grows, as --stream does" },
    "stdin-pcm": { help: "standard input is plain samples without a header" },
    rate: { value: "HZ", help: "of --stdin-pcm (default: 16000)" },
    channels: { value: "N", help: "of --stdin-pcm, interleaved (default: 1)" },
    encoding: { value: "s16le|f32le", help: "of --stdin-pcm (default: s16le)" },
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
      help: `${outputFormats.join(",")} or all (default: txt)`,
      aliases: ["format"],
    },
    overwrite: { help: "replace files that exist" },
    "skip-existing": { help: "leave out inputs whose files all exist: goes on with a batch" },
    "max-line-width": { value: "N", help: "columns of a subtitle line (default: 42)" },
    "max-line-count": { value: "N", help: "lines of a subtitle (default: 2)" },
    json: { help: "one JSON object for each input, on one line" },
    logprobs: { help: "in JSON, each token with its log-probability" },
    stream: { help: "listen as the input comes; provisional text on standard error" },
    "step-seconds": { value: "N", help: "how often --stream looks anew, 0.5 to 30 (default: 2)" },
  },
  Behaviour: {
    "fail-fast": { help: "stop at the first input that fails" },
    stats: {
      help: "stage times and real-time factor on standard error",
      aliases: ["timings"],
    },
    progress: { value: "auto|always|never", help: "a line on standard error (default: auto)" },
    quiet: { short: "q", help: "no notes and no progress on standard error" },
    help: { short: "h", help: "this text" },
  },
} as const;

/** What `transcribe` was given. */
export type TranscribeFlags = GivenFlags<FlagName<typeof transcribeFlags>>;

/** The help text of `transcribe`. */
export const transcribeUsage = `usage: bun run transcribe [INPUT…] [options]

Writes what is said in each INPUT: a file in any audio or video format, a folder, a pattern such as
'talks/*.mp3', or - for standard input. Without INPUT it transcribes the sample that comes with the
demo model. Text goes to standard output, in paragraphs, or sentence by sentence on a terminal; all
else goes to standard error.

${flagHelp(transcribeFlags)}
exit status: 0 done, 1 an input failed or text was lost, 2 usage, 3 model, 4 native library or
platform, 70 a fault of bun-asr itself, 130 interrupted. The first interrupt writes what is finished,
the second one ends at once.
`;
