import { AsrError, exitCodes } from "../../contract/errors.ts";
import { languageName } from "../../contract/languages.ts";
import type { ModelOptions } from "../../contract/options.ts";
import { demoModel } from "../../native/demo.ts";
import { readFleurs, readLibriSpeech } from "../../wer/datasets.ts";
import { type Evaluated, evaluate } from "../../wer/evaluation.ts";
import { type Heard, readHypotheses } from "../../wer/hypotheses.ts";
import { type Reference, readManifest } from "../../wer/references.ts";
import { reportJson, reportText } from "../../wer/report.ts";
import { type Mode, modes } from "../../wer/score.ts";
import { choiceFlag, countFlag, parseCommandLine, runCommand } from "../flags/command-line.ts";
import { StatusLine, type Terminal } from "../terminal/terminal.ts";
import { transcribeAll } from "./wer-transcribing.ts";

export const werUsage = `usage: bun run wer --manifest FILE.jsonl [options]

Transcribes recordings, compares with what is said in them, and tells the word and character error
rates. Texts are normalised as Whisper's authors do: English by their English rules, every other
language by their basic ones. Chinese, Cantonese, Japanese, Korean and Thai count by characters.

      --manifest FILE      JSON lines with path (relative to FILE), text, perhaps language
      --librispeech DIR    a LibriSpeech folder instead, with *.trans.txt in it
      --fleurs FILE.tsv    a FLEURS table instead, or its folder
      --hypotheses FILE    compare these, as transcribe --json wrote them; transcribe nothing
  -m, --model MODEL        as for transcribe (default: demo)
  -l, --language LANGUAGE  the texts' language (default: what the data says, else English)
      --force-language     tell the model the language too (default: it detects it)
      --mode auto|words|characters  what is counted (default: auto, by the language)
      --limit N            only the first N recordings
      --worst N            show N recordings with the most errors (default: 10)
      --jobs N             recordings transcribed at once (default: 1)
      --precision auto|full  as for transcribe
      --threads N          threads that compute (default: all cores)
      --json               all counts of all recordings as one JSON object
  -q, --quiet              no progress on standard error
  -h, --help               this text

exit status: 0 done, 1 a recording failed, 2 usage, 3 model, 4 native library or platform
`;

interface Arguments {
  references: () => Promise<Reference[]>;
  hypotheses: string | undefined;
  model: string;
  modelOptions: ModelOptions;
  language: string | undefined;
  forceLanguage: boolean;
  mode: Mode;
  limit: number | undefined;
  worst: number;
  jobs: number;
  json: boolean;
  quiet: boolean;
}

/** The command `wer`: returns the exit status. */
export async function werCommand(argv: string[], terminal: Terminal): Promise<number> {
  const read = () => parseArguments(argv);
  return await runCommand(terminal, werUsage, read, (given) => measure(given, terminal));
}

function parseArguments(argv: string[]): Arguments | "help" {
  const { values } = parseCommandLine({
    args: argv,
    options: {
      manifest: { type: "string" },
      librispeech: { type: "string" },
      fleurs: { type: "string" },
      hypotheses: { type: "string" },
      model: { type: "string", short: "m" },
      language: { type: "string", short: "l" },
      "force-language": { type: "boolean" },
      mode: { type: "string" },
      limit: { type: "string" },
      worst: { type: "string" },
      jobs: { type: "string" },
      precision: { type: "string" },
      threads: { type: "string" },
      json: { type: "boolean" },
      quiet: { type: "boolean", short: "q" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return "help";
  const precision = choiceFlag("--precision", values.precision, ["auto", "full"]);
  return {
    references: sourceOf(values),
    hypotheses: values.hypotheses,
    model: values.model ?? demoModel,
    modelOptions: {
      ...(precision === undefined ? {} : { precision }),
      threads: countFlag("--threads", values.threads),
    },
    language: languageName(values.language),
    forceLanguage: values["force-language"] ?? false,
    mode: choiceFlag("--mode", values.mode, modes) ?? "auto",
    limit: countFlag("--limit", values.limit),
    worst: countFlag("--worst", values.worst) ?? 10,
    jobs: countFlag("--jobs", values.jobs) ?? 1,
    json: values.json ?? false,
    quiet: values.quiet ?? false,
  };
}

/** Reads the references from the one place that was given. */
function sourceOf(values: {
  manifest?: string | undefined;
  librispeech?: string | undefined;
  fleurs?: string | undefined;
}): () => Promise<Reference[]> {
  const { manifest, librispeech, fleurs } = values;
  const sources = [
    ...(manifest === undefined ? [] : [() => readManifest(manifest)]),
    ...(librispeech === undefined ? [] : [() => readLibriSpeech(librispeech)]),
    ...(fleurs === undefined ? [] : [() => readFleurs(fleurs)]),
  ];
  if (sources.length === 1) return sources[0]!;
  const message = "expected one of --manifest, --librispeech and --fleurs";
  throw new AsrError("usage", message, "see --help");
}

async function measure(given: Arguments, terminal: Terminal): Promise<number> {
  const references = (await given.references()).slice(0, given.limit);
  const status = new StatusLine(terminal, !given.quiet);
  const { heard, rtf } = await hear(references, given, terminal, status);
  const evaluated: Evaluated[] = [];
  for (const [index, reference] of references.entries()) {
    status.show(`comparing ${index + 1} of ${references.length}`);
    evaluated.push(evaluate(reference, heard[index]!, given));
  }
  status.clear();
  terminal.out(given.json ? reportJson(evaluated, rtf) : reportText(evaluated, rtf, given.worst));
  const failed = heard.filter(({ ok }) => !ok).length;
  if (failed > 0 && !given.quiet)
    terminal.note(`${references.length - failed} ok, ${failed} failed\n`);
  return failed > 0 ? exitCodes.input : 0;
}

/** What was heard in each recording, in their order, and the real-time factor of hearing it. */
async function hear(
  references: readonly Reference[],
  given: Arguments,
  terminal: Terminal,
  status: StatusLine,
): Promise<{ heard: Heard[]; rtf: number | undefined }> {
  if (given.hypotheses === undefined) {
    const language = (reference: Reference) =>
      given.forceLanguage ? (given.language ?? reference.language) : undefined;
    return await transcribeAll(references, { ...given, language, status });
  }
  const { heard, strangers } = await readHypotheses(given.hypotheses, references);
  if (strangers > 0 && !given.quiet) {
    terminal.note(`note: ${given.hypotheses}: ${strangers} of other recordings, left out\n`);
  }
  const why = "has no hypothesis";
  const all = references.map((reference) => heard.get(reference) ?? { ok: false as const, why });
  return { heard: all, rtf: undefined };
}
