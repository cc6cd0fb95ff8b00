import { Asr } from "./asr.ts";
import {
  choiceFlag,
  countFlag,
  exitStatusOf,
  numberFlag,
  parseCommandLine,
} from "./command-line.ts";
import { demoModel, demoSample } from "./demo.ts";
import { AsrError, type AsrErrorCode, exitCodes } from "./errors.ts";
import { languageName } from "./languages.ts";
import type { ModelOptions } from "./model.ts";
import type { Progress, TranscribeOptions } from "./options.ts";
import { StatusLine, type Terminal } from "./terminal.ts";
import type { Transcript } from "./transcript.ts";

export const transcribeUsage = `usage: bun run transcribe [FILE|-]… [options]

Writes what is said in each FILE (any audio format; - is standard input) to standard output.
Without FILE it transcribes the sample that comes with the demo model.

  -m, --model demo|DIR     the embedded demo (default) or the folder of a Qwen3-ASR checkpoint
  -l, --language LANGUAGE  code or name, as in en or English (default: detected)
      --context TEXT       what to expect: names, terms, the topic
      --mel exact|fft512   recipe of the mel spectrogram (default: exact, as in training)
      --max-tokens N       most tokens for one file (default: by its length)
      --temperature T      0 (default) takes the likeliest token, above 0 samples
      --precision auto|full  full computes every step in float32 (default: auto, faster)
      --threads N          threads that compute (default: all cores)
      --json               one JSON object for each file, on one line
      --timings            stage times and real-time factor on standard error
  -q, --quiet              no notes and no progress on standard error
  -h, --help               this text

exit status: 0 done, 1 an input failed, 2 usage, 3 model, 4 native library or platform
`;

const demoNote =
  "note: the demo model knows a few hundred English words about the home, times and travel; " +
  "use --model DIR for a full checkpoint\n";

interface Arguments {
  files: string[];
  model: string;
  modelOptions: ModelOptions;
  json: boolean;
  timings: boolean;
  quiet: boolean;
  options: TranscribeOptions;
}

/** The command `transcribe`: returns the exit status. */
export async function transcribeCommand(argv: string[], terminal: Terminal): Promise<number> {
  return await exitStatusOf(terminal, async () => {
    const parsed = parseArguments(argv);
    if (parsed === "help") {
      terminal.out(transcribeUsage);
      return 0;
    }
    return await transcribeAll(parsed, terminal);
  });
}

function parseArguments(argv: string[]): Arguments | "help" {
  const { values, positionals } = parseCommandLine({
    args: argv,
    allowPositionals: true,
    options: {
      model: { type: "string", short: "m" },
      language: { type: "string", short: "l" },
      context: { type: "string" },
      mel: { type: "string" },
      "max-tokens": { type: "string" },
      temperature: { type: "string" },
      precision: { type: "string" },
      threads: { type: "string" },
      json: { type: "boolean" },
      timings: { type: "boolean" },
      quiet: { type: "boolean", short: "q" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return "help";
  const mel = choiceFlag("--mel", values.mel, ["exact", "fft512"]);
  const precision = choiceFlag("--precision", values.precision, ["auto", "full"]);
  const temperature = numberFlag("--temperature", values.temperature, 0, 100);
  // Refused here rather than after the model was loaded.
  languageName(values.language);
  if (positionals.filter((file) => file === "-").length > 1) {
    throw new AsrError("usage", "standard input (-) is given twice");
  }
  return {
    files: positionals,
    model: values.model ?? demoModel,
    modelOptions: {
      ...(precision === undefined ? {} : { precision }),
      threads: countFlag("--threads", values.threads),
    },
    json: values.json ?? false,
    timings: values.timings ?? false,
    quiet: values.quiet ?? false,
    options: {
      language: values.language,
      prompt: values.context,
      maxTokens: countFlag("--max-tokens", values["max-tokens"]),
      ...(mel === undefined ? {} : { mel }),
      ...(temperature === undefined ? {} : { temperature }),
    },
  };
}

async function transcribeAll(given: Arguments, terminal: Terminal): Promise<number> {
  const status = new StatusLine(terminal, !given.quiet);
  status.show("loading the model");
  await using asr = await Asr.load(given.model, given.modelOptions);
  status.clear();
  const files = given.files.length > 0 ? given.files : [demoSample];
  const failures: AsrErrorCode[] = [];
  let domainTold = given.quiet || given.model !== demoModel || given.files.length === 0;
  for (const [index, file] of files.entries()) {
    if (files.length > 1 && !given.json) terminal.out(`${index > 0 ? "\n" : ""}==> ${file} <==\n`);
    try {
      await transcribeOne(asr, file, given, terminal, status);
      if (!domainTold) terminal.note(demoNote);
      domainTold = true;
    } catch (error) {
      if (!(error instanceof AsrError)) throw error;
      failures.push(error.code);
      terminal.note(`error: ${error.oneLine}\n`);
      if (given.json) {
        const { code, message, hint } = error;
        terminal.out(
          `${JSON.stringify({ path: file, ok: false, error: { code, message, hint } })}\n`,
        );
      }
    } finally {
      status.clear();
    }
  }
  if (files.length > 1 && failures.length > 0 && !given.quiet) {
    terminal.note(`${files.length - failures.length} ok, ${failures.length} failed\n`);
  }
  return exitStatus(failures);
}

async function transcribeOne(
  asr: Asr,
  file: string,
  { options, json, timings, quiet }: Arguments,
  terminal: Terminal,
  status: StatusLine,
): Promise<void> {
  const asTheyCome = terminal.outIsTty && !json;
  let written = "";
  const onProgress = (progress: Progress) => {
    if (written === "") status.show(progressText(file, progress));
  };
  let transcript: Transcript | undefined;
  for await (const event of asr.stream(file, { ...options, live: false, onProgress })) {
    if (event.type === "finish") transcript = event.transcript;
    if (event.type === "delta" && asTheyCome) {
      status.clear();
      terminal.out(event.text);
      written += event.text;
    }
  }
  status.clear();
  if (transcript === undefined) return;
  if (json) terminal.out(`${JSON.stringify({ path: file, ok: true, ...transcript })}\n`);
  else if (written.trimEnd() === transcript.text) terminal.out("\n");
  // What was printed had a decoding loop in it; the last word is the transcript's.
  else terminal.out(`${written === "" ? "" : "\n"}${transcript.text}\n`);
  if (!quiet) for (const note of notesOn(file, transcript)) terminal.note(`note: ${note}\n`);
  if (timings) terminal.note(`${timingText(transcript)}\n`);
}

function progressText(file: string, { phase, done, total }: Progress): string {
  if (phase !== "decode") return `${file}: reading`;
  const of = total === undefined ? "" : ` of ${total.toFixed(1)}`;
  return `${file}: ${done.toFixed(1)}${of} s`;
}

function notesOn(file: string, { text, finishReason, usage }: Transcript): string[] {
  const notes = [];
  if (text === "") notes.push(`${file}: no speech was recognised`);
  if (finishReason === "length") {
    notes.push(`${file}: cut off after ${usage.outputTokens} tokens; --max-tokens allows more`);
  }
  return notes;
}

function timingText({ timings, duration, usage, rtf }: Transcript): string {
  const tokens = usage.outputTokens;
  const ms = (value: number) => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
  const each = tokens > 0 ? `, ${ms(timings.decodeMs / tokens)} each` : "";
  return [
    `${duration.toFixed(2)} s of audio`,
    `read ${ms(timings.audioMs)}`,
    `mel ${ms(timings.melMs)}`,
    `encode ${ms(timings.encodeMs)}`,
    `prefill ${ms(timings.prefillMs)}`,
    `decode ${ms(timings.decodeMs)} (${tokens} tokens${each})`,
    `total ${ms(timings.totalMs)}`,
    `RTF ${rtf.toFixed(3)}`,
  ].join(" · ");
}

/** One status for all failures when they are of one kind, else 1. */
function exitStatus(failures: readonly AsrErrorCode[]): number {
  const [first] = failures;
  if (first === undefined) return 0;
  return failures.every((code) => code === first) ? exitCodes[first] : exitCodes.input;
}
