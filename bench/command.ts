// This folder: measurements; their results lie in bench/results.

import { isAbsolute, relative } from "node:path";
import { root } from "../tools/folders.ts";
import { type CommandLine, command, helpFlag } from "../ts/cli/commands/command.ts";
import type { FlagTable } from "../ts/cli/flags/flags.ts";
import { optionFlags } from "../ts/cli/flags/option-flags.ts";
import { exitCodes } from "../ts/cli/terminal/exit-codes.ts";
import type { Terminal } from "../ts/cli/terminal/terminal.ts";
import { didYouMean } from "../ts/contract/did-you-mean.ts";
import { AsrError, type AsrErrorCode } from "../ts/contract/errors.ts";
import { program } from "../ts/native/program.ts";
import type { BenchOptions } from "./benches/bench.ts";
import { benches } from "./benches/index.ts";
import { busyShare, machine, machineText } from "./report/machine.ts";
import { Progress } from "./report/progress.ts";
import { updateReadme } from "./report/readme.ts";
import { quickResultsFolder, type Result, resultsFolder, writeResult } from "./report/results.ts";
import { markdownTable } from "./report/table.ts";
import { revision, versions } from "./report/versions.ts";
import { peers } from "./subjects/peers.ts";

const summaries = Object.entries(benches).map(
  ([name, { summary }]) => `  ${name.padEnd(14)} ${summary}\n`,
);

const flags = {
  Options: {
    model: {
      short: "m",
      value: "DIR",
      help: "a Qwen3-ASR checkpoint to measure; may be given again",
    },
    whisper: { value: "FILE", help: "a whisper.cpp model to compare with; may be given again" },
    synthetic: {
      help: "random weights at the published shapes for what is not given: time,\nno text",
    },
    peers: { help: "other implementations of the model too: gigabytes to install" },
    peer: {
      value: "NAME",
      help: `one of them, ${Object.keys(peers).join(", ")};\nmay be given again`,
    },
    against: { value: "DIR", help: "another checkout of this program, which speed runs in turns" },
    quick: { help: "fewer repetitions: all in 3 minutes, into bench/results/quick/" },
    out: { value: "FOLDER", help: "where to put the results instead" },
    help: helpFlag,
  },
  "What live, align, words and precision hear": {
    manifest: {
      value: "FILE",
      help:
        "recordings and their texts, as for wer, to join to a long one\n(default: the sample); " +
        "for align and words also `words` with start and end",
    },
    minutes: {
      kind: { type: "number", min: 1, isWhole: true },
      default: "live 10, precision 30, align 60, with --quick 1",
      help: "length of it",
    },
    ...optionFlags("chunkSeconds", "pauseSeconds", "stepSeconds"),
  },
} as const satisfies FlagTable;

interface Arguments extends BenchOptions {
  names: readonly string[];
  out: string;
  command: string;
}

/** Above this share of the machine, what others do is told. */
const maxBusy = 0.1;
const randomNote =
  "Rows with random weights have the published shapes: their times mean something, not their text.";
const busyNote = "Other programs were running: the times are not those of an idle machine.";

/** A word as results show it: where a folder lies on one machine says nothing on another. */
function shownWord(word: string): string {
  return isAbsolute(word) ? relative(root, word) : word;
}

/** The command `bench`. */
export const benchCommand = command({
  name: "bench",
  summary: "Measures this machine.",
  synopsis: "[NAME]…",
  takesNames: true,
  description: `\
Measures this machine: tables on standard output, raw samples in bench/results/. Without NAME, all:

${summaries.join("")}
  readme         writes the committed result of rtf into README.md, without measuring`,
  flags,
  closing:
    "WHISPER_CPP names a whisper-cli or a libwhisper to use instead of the one that is fetched,\n" +
    "QWEN_ASR the program of antirez/qwen-asr.",
  read: argumentsOf,
  needs: ({ names, live }) => {
    if (names[0] === "readme") return [];
    return live.manifest === undefined ? ["library"] : ["library", "ffmpeg"];
  },
  async run(given, terminal) {
    if (given.names[0] !== "readme") return await runAll(given, terminal);
    await updateReadme();
    return 0;
  },
});

function argumentsOf({ argv, flags: given, names }: CommandLine<typeof flags>): Arguments {
  const known = [...Object.keys(benches), "readme"];
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new AsrError("usage", `no bench is called "${name}"`, didYouMean(name, known));
  }
  const quick = given.has("quick");
  return {
    names: names.length > 0 ? names : Object.keys(benches),
    out: given.text("out") ?? (quick ? quickResultsFolder : resultsFolder),
    command: [program, "bench", ...argv.map(shownWord)].join(" "),
    quick,
    synthetic: given.has("synthetic"),
    peers: peersOf(given.has("peers"), given.list("peer")),
    against: given.text("against"),
    models: given.list("model"),
    whisper: given.list("whisper"),
    live: {
      manifest: given.text("manifest"),
      minutes: given.value("minutes"),
      chunkSeconds: given.value("chunk-seconds"),
      pauseSeconds: given.value("pause-seconds"),
      stepSeconds: given.value("step-seconds"),
    },
  };
}

function peersOf(all: boolean, named: readonly string[]): string[] {
  const known = Object.keys(peers);
  const other = named.find((name) => !known.includes(name));
  if (other === undefined) return all ? known : [...named];
  throw new AsrError("usage", `no peer is called "${other}"`, didYouMean(other, known));
}

/** One bench that fails does not lose the others. */
async function runAll(given: Arguments, terminal: Terminal): Promise<number> {
  const progress = new Progress(terminal);
  const busyBefore = await busyShare();
  const failures: AsrErrorCode[] = [];
  for (const name of given.names) {
    try {
      await runOne(name, given, busyBefore, terminal, progress);
    } catch (error) {
      if (!(error instanceof AsrError)) throw error;
      failures.push(error.code);
      progress.clear();
      terminal.note(`error: ${name}: ${error.oneLine}\n`);
    }
  }
  return failures[0] === undefined ? 0 : exitCodes[failures[0]];
}

async function runOne(
  name: string,
  given: Arguments,
  busyBefore: number,
  terminal: Terminal,
  progress: Progress,
): Promise<void> {
  const started = performance.now();
  const report = await benches[name]!.run(given, progress);
  const found = revision();
  const result: Result = {
    bench: name,
    command: given.command,
    date: new Date().toISOString(),
    weights: report.randomWeights ? "random weights" : "real weights",
    machine: machine(),
    kernels: report.kernels,
    busyBefore,
    versions: { ...versions(), ...report.versions },
    ...(found === undefined ? {} : { revision: found }),
    tables: report.tables,
    notes: [
      ...(report.randomWeights ? [randomNote] : []),
      ...report.notes,
      ...(busyBefore > maxBusy ? [busyNote] : []),
    ],
    data: report.data,
  };
  progress.clear();
  const text = shown(result);
  terminal.out(text);
  const paths = await writeResult(given.out, result, text, report.charts);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  const where = paths.map((path) => relative(root, path)).join(", ");
  progress.note(`${name} took ${seconds} s; written to ${where}`);
}

/** The tables with all that is needed to read them, as Markdown. */
function shown({ tables, notes, machine: where, kernels }: Result): string {
  const parts = tables.map((table) => `## ${table.title}\n\n${markdownTable(table)}`);
  const lines = [...notes, `Machine: ${machineText(where, kernels)}.`].map((note) => `- ${note}\n`);
  return `${[...parts, lines.join("")].join("\n")}\n`;
}
