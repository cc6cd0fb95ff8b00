import { AsrError } from "../../contract/errors.ts";
import { languageName } from "../../contract/languages.ts";
import type { LoadOptions } from "../../contract/options.ts";
import { demoModel } from "../../native/locate.ts";
import { readFleurs, readLibriSpeech } from "../../wer/datasets.ts";
import { type Evaluated, evaluate } from "../../wer/evaluation.ts";
import { type Heard, readHypotheses } from "../../wer/hypotheses.ts";
import { type Reference, readManifest } from "../../wer/references.ts";
import { reportJson, reportText } from "../../wer/report.ts";
import { type Mode, modes } from "../../wer/score.ts";
import type { FlagTable, GivenFlags } from "../flags/flags.ts";
import { optionFlags } from "../flags/option-flags.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { StatusLine, type Terminal } from "../terminal/terminal.ts";
import { command, helpFlag } from "./command.ts";
import { transcribeAll } from "./wer-transcribing.ts";

const count = { type: "number", min: 1, isWhole: true } as const;

const flags = {
  Recordings: {
    manifest: {
      value: "FILE",
      help: "JSON lines with path (relative to FILE), text, perhaps language",
    },
    librispeech: { value: "DIR", help: "a LibriSpeech folder instead, with *.trans.txt in it" },
    fleurs: { value: "FILE.tsv", help: "a FLEURS table instead, or its folder" },
    hypotheses: {
      value: "FILE",
      help: "compare these, as transcribe --json wrote them; transcribe nothing",
    },
    language: {
      short: "l",
      value: "LANGUAGE",
      default: "what the data says, else English",
      help: "the texts' language",
    },
    limit: { kind: count, help: "only the first N recordings" },
  },
  Model: {
    model: { short: "m", value: "MODEL", default: demoModel, help: "as for transcribe" },
    "force-language": { help: "tell the model the language too, which it detects otherwise" },
    jobs: { kind: count, default: 1, help: "recordings transcribed at once" },
    ...optionFlags("precision", "threads", "offline", "cacheDir"),
  },
  Report: {
    mode: {
      kind: { type: "choice", choices: modes },
      default: "auto",
      help: "what is counted; auto: by the language",
    },
    worst: { kind: count, default: 10, help: "show N recordings with the most errors" },
    json: { help: "all counts of all recordings as one JSON object" },
    quiet: { short: "q", help: "no progress on standard error" },
    help: helpFlag,
  },
} as const satisfies FlagTable;

type WerFlags = GivenFlags<typeof flags>;

interface Arguments {
  references: () => Promise<Reference[]>;
  hypotheses: string | undefined;
  model: string;
  loadOptions: LoadOptions;
  language: string | undefined;
  forceLanguage: boolean;
  mode: Mode;
  limit: number | undefined;
  worst: number;
  jobs: number;
  json: boolean;
  quiet: boolean;
}

/** The command `wer`. */
export const werCommand = command({
  name: "wer",
  summary: "Tells word and character error rates.",
  synopsis: "--manifest FILE.jsonl",
  takesNames: false,
  description: `\
Transcribes recordings, compares with what is said in them, and tells the word and character error
rates. Texts are normalised as Whisper's authors do: English by their English rules, every other
language by their basic ones. Chinese, Cantonese, Japanese, Korean and Thai count by characters.`,
  flags,
  closing: `\
exit status: 0 done, 1 a recording failed or was not heard whole, 2 usage, 3 model, 4 native
library or platform`,
  read: ({ flags: given }) => argumentsOf(given),
  needs: ({ hypotheses }) => (hypotheses === undefined ? ["library", "ffmpeg"] : []),
  run: measure,
});

function argumentsOf(given: WerFlags): Arguments {
  const precision = given.value("precision");
  return {
    references: sourceOf(given),
    hypotheses: given.text("hypotheses"),
    model: given.text("model") ?? demoModel,
    loadOptions: {
      ...(precision === undefined ? {} : { precision }),
      threads: given.value("threads"),
      offline: given.value("offline"),
      cacheDir: given.value("cache-dir"),
    },
    language: languageName(given.text("language")),
    forceLanguage: given.has("force-language"),
    mode: given.value("mode") ?? flags.Report.mode.default,
    limit: given.value("limit"),
    worst: given.value("worst") ?? flags.Report.worst.default,
    jobs: given.value("jobs") ?? flags.Model.jobs.default,
    json: given.has("json"),
    quiet: given.has("quiet"),
  };
}

const readers = {
  manifest: readManifest,
  librispeech: readLibriSpeech,
  fleurs: readFleurs,
} as const;

/** Reads the references from the one place that was given. */
function sourceOf(given: WerFlags): () => Promise<Reference[]> {
  const kinds = ["manifest", "librispeech", "fleurs"] as const;
  const sources = kinds.flatMap((kind) => {
    const path = given.text(kind);
    return path === undefined ? [] : [() => readers[kind](path)];
  });
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
  const incomplete = tellWarnings(evaluated, terminal);
  const failed = heard.filter(({ ok }) => !ok).length;
  if (failed > 0 && !given.quiet)
    terminal.note(`${references.length - failed} ok, ${failed} failed\n`);
  return failed + incomplete > 0 ? exitCodes.input : 0;
}

/** Else what a recording lacks would be an error of the model's. Gives how many lack something. */
function tellWarnings(all: readonly Evaluated[], terminal: Terminal): number {
  let incomplete = 0;
  for (const { reference, heard } of all) {
    if (!heard.ok || heard.warnings === undefined || heard.warnings.length === 0) continue;
    incomplete++;
    for (const warning of heard.warnings) {
      terminal.note(`warning: ${reference.name}: ${warning}\n`);
    }
  }
  return incomplete;
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
