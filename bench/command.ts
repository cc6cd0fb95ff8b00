import { relative } from "node:path";
import { root } from "../tools/folders.ts";
import { parseCommandLine, runCommand } from "../ts/cli/flags/command-line.ts";
import type { Terminal } from "../ts/cli/terminal/terminal.ts";
import { didYouMean } from "../ts/contract/did-you-mean.ts";
import { AsrError, type AsrErrorCode, exitCodes } from "../ts/contract/errors.ts";
import type { BenchOptions } from "./benches/bench.ts";
import { benches } from "./benches/index.ts";
import { busyShare, machine, machineText } from "./report/machine.ts";
import { Progress } from "./report/progress.ts";
import { updateReadme } from "./report/readme.ts";
import { quickResultsFolder, type Result, resultsFolder, writeResult } from "./report/results.ts";
import { markdownTable } from "./report/table.ts";
import { revision, versions } from "./report/versions.ts";

const summaries = Object.entries(benches).map(
  ([name, { summary }]) => `  ${name.padEnd(14)} ${summary}\n`,
);

export const benchUsage = `usage: bun run bench [NAME]… [options]

Measures this machine: tables on standard output, raw samples in bench/results/. Without NAME, all:

${summaries.join("")}
  readme         writes the committed result of rtf into README.md, without measuring

  -m, --model DIR    a Qwen3-ASR checkpoint to measure; may be given again
      --whisper FILE a whisper.cpp model to compare with; may be given again
      --synthetic    random weights at the published shapes for what is not given: time, no text
      --peers        other implementations of the model too: gigabytes to install
      --quick        fewer repetitions: all in 3 minutes, into bench/results/quick/
      --out FOLDER   where to put the results instead
  -h, --help         this text

WHISPER_CPP names a whisper-cli or a libwhisper to use instead of the one that is fetched.
`;

interface Arguments extends BenchOptions {
  names: string[];
  out: string;
  command: string;
}

/** Above this share of the machine, what others do is told. */
const mostBusy = 0.1;
const randomNote =
  "Rows with random weights have the published shapes: their times mean something, not their text.";
const busyNote = "Other programs were running: the times are not those of an idle machine.";

/** The command `bench`: returns the exit status. */
export async function benchCommand(argv: string[], terminal: Terminal): Promise<number> {
  const read = () => parseArguments(argv);
  return await runCommand(terminal, benchUsage, read, async (given) => {
    if (given.names[0] !== "readme") return await runAll(given, terminal);
    await updateReadme();
    return 0;
  });
}

function parseArguments(argv: string[]): Arguments | "help" {
  const { values, positionals } = parseCommandLine({
    args: argv,
    allowPositionals: true,
    options: {
      model: { type: "string", short: "m", multiple: true },
      whisper: { type: "string", multiple: true },
      synthetic: { type: "boolean" },
      peers: { type: "boolean" },
      quick: { type: "boolean" },
      out: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return "help";
  const known = [...Object.keys(benches), "readme"];
  for (const name of positionals) {
    if (known.includes(name)) continue;
    throw new AsrError("usage", `no bench is called "${name}"`, didYouMean(name, known));
  }
  const quick = values.quick ?? false;
  return {
    names: positionals.length > 0 ? positionals : Object.keys(benches),
    out: values.out ?? (quick ? quickResultsFolder : resultsFolder),
    command: ["bun run bench", ...argv].join(" "),
    quick,
    synthetic: values.synthetic ?? false,
    peers: values.peers ?? false,
    models: values.model ?? [],
    whisper: values.whisper ?? [],
  };
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
      ...(busyBefore > mostBusy ? [busyNote] : []),
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
