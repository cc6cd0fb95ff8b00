import { loadAudio } from "../../audio/open.ts";
import { AsrError } from "../../contract/errors.ts";
import { languageName } from "../../contract/languages.ts";
import { optionTable } from "../../contract/option-table.ts";
import { resolveModel } from "../../hub/resolve.ts";
import { demoModel, sampleFile } from "../../native/locate.ts";
import { Model, type SessionReport, type Stage } from "../../native/model.ts";
import { parseOutput, promptIds } from "../../text/prompt.ts";
import { Tokenizer } from "../../text/tokenizer.ts";
import { encodeNpy } from "../files/npy.ts";
import type { FlagTable, GivenFlags } from "../flags/flags.ts";
import { optionFlags } from "../flags/option-flags.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { command, helpFlag } from "./command.ts";
import { inspectAligner } from "./inspect-aligner.ts";
import type { InspectArguments } from "./inspect-arguments.ts";
import { writeStages } from "./stage-files.ts";

const flags = {
  Options: {
    model: { short: "m", value: "MODEL", default: demoModel, help: "as for transcribe" },
    audio: { value: "FILE", default: "the sample of the demo", help: "the recording" },
    dump: { value: "OUT", help: "folder for the results, made when missing" },
    ...optionFlags("language", "mel"),
    context: { value: "TEXT", help: "text of the system turn" },
    text: { value: "TEXT", help: "what is said: looks at a forced aligner" },
    precision: {
      kind: optionTable.precision.kind,
      default: "full",
      help: "full: every activation in float32; auto: as transcribe runs",
    },
    "max-tokens": { kind: optionTable.maxTokens.kind, default: 32, help: "most tokens" },
    "ignore-eos": { help: "go on after an end token" },
    help: helpFlag,
  },
} as const satisfies FlagTable;

/** What the stages gave for one recording. */
interface Findings {
  mel: Float32Array;
  frames: number;
  encoder: Float32Array;
  audioTokens: number;
  inputIds: Int32Array;
  logits: Float32Array;
  tokens: Int32Array;
  report: SessionReport;
}

/** The command `inspect`. */
export const inspectCommand = command({
  name: "inspect",
  summary: "Writes what each stage of the model gave for one recording.",
  synopsis: "--dump OUT",
  takesNames: false,
  description: `\
Runs one recording through the model and writes what each stage gave to the folder OUT:
mel.npy [128, T], encoder.npy [N, hidden], input_ids.npy, logits_last.npy [vocab] (those that choose
the first token), tokens.npy (greedy), report.json. With --text, of a forced aligner: logits.npy
[slots, classes] and slots.npy in place of those of tokens; there are two slots for each word.`,
  flags,
  closing: `\
exit status: 0 done, 1 the recording failed, 2 usage, 3 model, 4 native library or platform`,
  read: ({ flags: given }) => argumentsOf(given),
  needs: ({ audio }) => (audio === sampleFile() ? ["library"] : ["library", "ffmpeg"]),
  run: (given, terminal) => (given.text === undefined ? inspect : inspectAligner)(given, terminal),
});

function argumentsOf(given: GivenFlags<typeof flags>): InspectArguments {
  const dump = given.text("dump");
  if (dump === undefined) throw new AsrError("usage", "--dump OUT is missing", "see --help");
  return {
    model: given.text("model") ?? demoModel,
    audio: given.text("audio") ?? sampleFile(),
    dump,
    language: languageName(given.text("language")),
    context: given.text("context"),
    text: given.text("text"),
    mel: given.value("mel") ?? optionTable.mel.default,
    precision: given.value("precision") ?? flags.Options.precision.default,
    maxTokens: given.value("max-tokens") ?? flags.Options["max-tokens"].default,
    ignoreEos: given.has("ignore-eos"),
  };
}

async function inspect(given: InspectArguments, terminal: Terminal): Promise<number> {
  using model = Model.open(await resolveModel(given.model), { precision: given.precision });
  const tokenizer = await Tokenizer.load(model.folder);
  const recording = await loadAudio(given.audio);
  const found = runStages(model, tokenizer, recording.samples, given);
  const raw = tokenizer.decode(found.tokens, { special: true });
  const report = {
    model: given.model,
    audio: given.audio,
    duration: recording.duration,
    mel: given.mel,
    forcedLanguage: given.language ?? null,
    context: given.context ?? "",
    raw,
    ...parseOutput(tokenizer.decode(found.tokens), given.language),
    session: found.report,
    info: model.info,
  };
  const { melBins, hiddenSize, vocabSize } = model.info;
  await writeStages(given.dump, {
    "mel.npy": encodeNpy(found.mel, [melBins, found.frames]),
    "encoder.npy": encodeNpy(found.encoder, [found.audioTokens, hiddenSize]),
    "input_ids.npy": encodeNpy(found.inputIds, [found.inputIds.length]),
    "logits_last.npy": encodeNpy(found.logits, [vocabSize]),
    "tokens.npy": encodeNpy(found.tokens, [found.tokens.length]),
    "report.json": `${JSON.stringify(report, null, 2)}\n`,
  });
  terminal.out(`${given.dump}: ${found.frames} frames, ${found.audioTokens} audio tokens, `);
  terminal.out(`${found.inputIds.length} prompt ids, ${found.tokens.length} new tokens\n`);
  return 0;
}

function runStages(
  model: Model,
  tokenizer: Tokenizer,
  samples: Float32Array,
  { mel, ignoreEos, language, context, maxTokens }: InspectArguments,
): Findings {
  const { melBins, hiddenSize, vocabSize } = model.info;
  using session = model.session({ mel, ignoreEos });
  const read = (stage: Stage, length: number) => {
    const values = new Float32Array(length);
    session.read(stage, values);
    return values;
  };
  const frames = session.mel(samples);
  const audioTokens = session.encode();
  const inputIds = promptIds(tokenizer, audioTokens, { language, systemText: context });
  session.prefill(inputIds);
  const logits = read("logits", vocabSize);
  const tokens: number[] = [];
  while (tokens.length < maxTokens) {
    const id = session.next();
    if (id === null) break;
    tokens.push(id);
  }
  return {
    mel: read("mel", melBins * frames),
    frames,
    encoder: read("encoder", audioTokens * hiddenSize),
    audioTokens,
    inputIds,
    logits,
    tokens: Int32Array.from(tokens),
    report: session.report(),
  };
}
