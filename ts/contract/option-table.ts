import { defaultWeight, weightRange } from "./keywords.ts";
import type { Option, Rows, Scope } from "./option-rows.ts";

/** Every option, in the order in which docs and help texts name them. */
export const optionTable = {
  model: {
    scope: "model",
    kind: { type: "text" },
    defaultText: "$BUN_ASR_MODEL, else 0.6b",
    sentence: "a name such as `0.6b`, `org/name` of the hub, a folder, or `demo`",
    flag: {
      name: "model",
      short: "m",
      value: "MODEL",
      heading: "Model",
      help:
        "0.6b, 1.7b, 0.6b-8bit …, org/name of the hub, a folder, or demo; fetched at the first " +
        "use",
    },
  },
  precision: {
    scope: "load",
    kind: { type: "choice", choices: ["auto", "full"] },
    default: "auto",
    sentence: "`full` computes every step in float32, `auto` rounds where that changes little",
    flag: { name: "precision", heading: "Model" },
  },
  threads: {
    scope: "load",
    kind: { type: "number", min: 1, max: 1024, isWhole: true },
    defaultText: "all cores",
    sentence: "threads that compute, in the whole process",
    flag: { name: "threads", heading: "Model" },
  },
  bufferCacheBytes: {
    scope: "load",
    kind: { type: "number", min: 0, isWhole: true },
    defaultText: "a sixteenth of MLX's memory limit",
    sentence: "most bytes of freed buffers that are kept for reuse, in the whole process",
  },
  batch: {
    scope: "load",
    kind: { type: "number", min: 1, max: 64, isWhole: true },
    default: 8,
    sentence: "most chunks that are decoded together",
    flag: { name: "batch", heading: "Model" },
  },
  aligner: {
    scope: "load",
    kind: { type: "text" },
    defaultText: "aligner",
    sentence: "the forced aligner for `words`: `aligner`, `org/name` of the hub, or a folder",
    flag: { name: "aligner", value: "MODEL", heading: "Model" },
  },
  offline: {
    scope: "load",
    kind: { type: "boolean" },
    defaultText: "$HF_HUB_OFFLINE",
    sentence: "use the network for nothing",
    flag: { name: "offline", heading: "Model" },
  },
  cacheDir: {
    scope: "load",
    kind: { type: "text" },
    defaultText: "as Hugging Face's tools",
    sentence: "where models lie",
    flag: { name: "cache-dir", value: "DIR", heading: "Model" },
  },
  audioTrack: {
    scope: "recording",
    kind: { type: "nameOrNumber", called: "a language, default", min: 1 },
    default: "default",
    sentence: "which audio track of a file is heard: its number, its language, or `default`",
    flag: {
      name: "audio-track",
      aliases: ["track"],
      value: "N|LANG|default",
      heading: "Input",
    },
  },
  channel: {
    scope: "recording",
    kind: { type: "nameOrNumber", names: ["mix", "left", "right", "each"], min: 1 },
    default: "mix",
    sentence: "which channels are heard: their mean, one by name or number, or `each` on its own",
    flag: { name: "channel", value: "mix|left|right|N|each", heading: "Input" },
  },
  maxSeconds: {
    scope: "recording",
    kind: { type: "number", min: 1 },
    defaultText: "any length",
    sentence: "longest recording that is taken, in seconds, counted while it is decoded",
    flag: { name: "max-seconds", heading: "Input" },
  },
  language: {
    scope: "recording",
    kind: { type: "text" },
    defaultText: "detected",
    sentence: "code or name of the language to write, as in `en`, `en-US` or `English`",
    flag: { name: "language", short: "l", value: "LANGUAGE", heading: "What is said" },
  },
  languages: {
    scope: "recording",
    kind: { type: "list", items: "strings" },
    sentence: "codes or names: the model detects one of these only",
    flag: {
      name: "languages",
      value: "LIST",
      heading: "What is said",
      help: "detect one of these only, as in en,de",
    },
  },
  prompt: {
    scope: "recording",
    kind: { type: "text" },
    sentence: "what to expect: names, terms, the topic",
    flag: {
      name: "context",
      aliases: ["prompt", "initial-prompt"],
      value: "TEXT",
      heading: "What is said",
    },
  },
  keywords: {
    scope: "recording",
    kind: { type: "list", items: "keywords" },
    sentence:
      'words to listen for: `"Ada"`, `"Ada:5"`, `{ word: "Ada", weight: 5 }`; a weight below 0 ' +
      "avoids the word",
    flag: {
      name: "hotword",
      aliases: ["hotwords", "keyword", "keywords"],
      value: "WORD[:WEIGHT]",
      heading: "What is said",
      help:
        "a word to listen for; can be repeated. WEIGHT is " +
        `${weightRange.min} to ${weightRange.max} (default: ${defaultWeight}), ` +
        "below 0 avoids the word",
    },
  },
  start: {
    scope: "recording",
    kind: { type: "number", min: 0, isTime: true },
    default: 0,
    sentence: "where hearing begins, in seconds; times stay those of the recording",
    flag: {
      name: "start",
      value: "TIME",
      heading: "Which part",
      help: "where hearing begins, in seconds or h:mm:ss; times stay those of the recording",
    },
  },
  end: {
    scope: "recording",
    kind: { type: "number", min: 0, isTime: true },
    defaultText: "its end",
    sentence: "where hearing ends, in seconds from the start of the recording",
    flag: {
      name: "end",
      value: "TIME",
      heading: "Which part",
      help: "where hearing ends, in seconds or h:mm:ss from the start of the recording",
    },
  },
  // The published checkpoints decode chunks of this length best and cheapest.
  chunkSeconds: {
    scope: "recording",
    kind: { type: "number", min: 1, max: 1200 },
    default: 30,
    defaultText: "as the checkpoint says, else 30",
    sentence: "length of the chunks that a recording is cut into, in seconds",
    flag: { name: "chunk-seconds", heading: "Decoding" },
  },
  vad: {
    scope: "recording",
    kind: { type: "boolean" },
    default: false,
    sentence: "ends chunks at pauses of `pauseSeconds`, and leaves the silence out",
    flag: { name: "vad", heading: "Decoding", help: "end chunks at pauses, and leave them out" },
  },
  // Speakers pause for breath and thought, but seldom for so long.
  pauseSeconds: {
    scope: "recording",
    kind: { type: "number", min: 0.2, max: 60 },
    default: 2,
    defaultText: "as the checkpoint says, else 2",
    sentence: "length of the pauses for `vad`, which it turns on, in seconds",
    flag: {
      name: "pause-seconds",
      heading: "Decoding",
      help: "length of the pauses for --vad, which it turns on",
    },
  },
  maxTokens: {
    scope: "recording",
    kind: { type: "number", min: 1, isWhole: true },
    defaultText: "by its length",
    sentence: "most tokens for one chunk",
    flag: { name: "max-tokens", heading: "Decoding" },
  },
  mel: {
    scope: "session",
    kind: { type: "choice", choices: ["exact", "fft512"] },
    default: "exact",
    sentence: "recipe of the mel spectrogram",
    flag: { name: "mel", heading: "Decoding" },
  },
  temperature: {
    scope: "session",
    kind: { type: "number", min: 0, max: 100 },
    default: 0,
    sentence: "0 takes the likeliest token, above 0 samples",
    flag: { name: "temperature", value: "T", heading: "Decoding" },
  },
  seed: {
    scope: "session",
    kind: { type: "number", min: 0, isWhole: true },
    default: 0,
    sentence: "seed of the sampler",
  },
  repetitionPenalty: {
    scope: "session",
    kind: { type: "number", min: 0.01, max: 100 },
    default: 1,
    sentence: "above 1 makes tokens that were already chosen less likely",
  },
  noRepeatNgram: {
    scope: "session",
    kind: { type: "number", min: 0, max: 1000, isWhole: true },
    default: 0,
    sentence: "forbids a second occurrence of any run of so many tokens; 0 forbids none",
  },
  words: {
    scope: "recording",
    kind: { type: "choice", choices: ["auto", "attention", "aligner"] },
    defaultText: "no words",
    sentence: "gives each word with its times: from `attention`, by the `aligner`, or `auto`",
    flag: {
      name: "words",
      aliases: ["word-timestamps"],
      bare: "auto",
      heading: "Output",
      help:
        "each word with its times: from attention, by the aligner, or auto, as without a value: " +
        "by the aligner where it is there and knows the language, else from attention",
    },
  },
  logprobs: {
    scope: "recording",
    kind: { type: "boolean" },
    default: false,
    sentence: "gives each token of the segments with its log-probability",
    flag: {
      name: "logprobs",
      heading: "Output",
      help: "in JSON, each token with its log-probability",
    },
  },
  live: {
    scope: "stream",
    kind: { type: "boolean" },
    defaultText: "true for streams, false for what is all there",
    sentence: "hears the input as it comes: text is first provisional, then stable",
    flag: {
      name: "stream",
      aliases: ["live"],
      heading: "Output",
      defaultText: "off",
      help: "listen as the input comes; provisional text on standard error",
    },
  },
  stepSeconds: {
    scope: "stream",
    kind: { type: "number", min: 0.5, max: 30 },
    default: 2,
    sentence: "how often the text of a live stream is brought up to date, in seconds",
    flag: {
      name: "step-seconds",
      heading: "Output",
      help: "how often what comes is looked at anew",
    },
  },
  signal: {
    scope: "call",
    kind: { type: "signal" },
    sentence: "ends the work after the token, or the slice, that is being computed",
  },
  onProgress: {
    scope: "call",
    kind: { type: "function" },
    sentence: "is told how far the call is",
  },
} as const satisfies Rows;

/** The name of an option in the API. */
export type OptionName = keyof typeof optionTable;

/** What the table says of one option, without the row's own type. */
export function optionRow(name: OptionName): Option {
  return optionTable[name];
}

const names = Object.keys(optionTable) as OptionName[];

/** The names of the options of some scopes. */
export function optionNames(...scopes: readonly Scope[]): OptionName[] {
  return names.filter((name) => scopes.includes(optionTable[name].scope));
}
