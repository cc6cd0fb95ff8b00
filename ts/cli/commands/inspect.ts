import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadAudio } from "../../audio/open.ts";
import { AsrError, messageOf } from "../../contract/errors.ts";
import { languageName } from "../../contract/languages.ts";
import { optionTable } from "../../contract/option-table.ts";
import { resolveModel } from "../../hub/resolve.ts";
import { demoModel, demoSample } from "../../native/locate.ts";
import { Model, type ModelInfo, type SessionReport, type Stage } from "../../native/model.ts";
import { parseOutput, promptIds } from "../../text/prompt.ts";
import { Tokenizer } from "../../text/tokenizer.ts";
import { encodeNpy } from "../files/npy.ts";
import type { FlagTable, GivenFlags } from "../flags/flags.ts";
import { optionFlags } from "../flags/option-flags.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { command, helpFlag } from "./command.ts";

const flags = {
  Options: {
    model: { short: "m", value: "MODEL", default: demoModel, help: "as for transcribe" },
    audio: { value: "FILE", default: "the sample of the demo", help: "the recording" },
    dump: { value: "OUT", help: "folder for the results, made when missing" },
    ...optionFlags("language", "mel"),
    context: { value: "TEXT", help: "text of the system turn" },
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

interface Arguments {
  model: string;
  audio: string;
  dump: string;
  language: string | undefined;
  context: string | undefined;
  mel: "exact" | "fft512";
  precision: "full" | "auto";
  maxTokens: number;
  ignoreEos: boolean;
}

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
the first token), tokens.npy (greedy), report.json.`,
  flags,
  closing: `\
exit status: 0 done, 1 the recording failed, 2 usage, 3 model, 4 native library or platform`,
  read: ({ flags: given }) => argumentsOf(given),
  needs: ({ audio }) => (audio === demoSample ? ["library"] : ["library", "ffmpeg"]),
  run: inspect,
});

function argumentsOf(given: GivenFlags<typeof flags>): Arguments {
  const dump = given.text("dump");
  if (dump === undefined) throw new AsrError("usage", "--dump OUT is missing", "see --help");
  return {
    model: given.text("model") ?? demoModel,
    audio: given.text("audio") ?? demoSample,
    dump,
    language: languageName(given.text("language")),
    context: given.text("context"),
    mel: given.value("mel") ?? optionTable.mel.default,
    precision: given.value("precision") ?? flags.Options.precision.default,
    maxTokens: given.value("max-tokens") ?? flags.Options["max-tokens"].default,
    ignoreEos: given.has("ignore-eos"),
  };
}

async function inspect(given: Arguments, terminal: Terminal): Promise<number> {
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
  await write(given.dump, found, model.info, report);
  terminal.out(`${given.dump}: ${found.frames} frames, ${found.audioTokens} audio tokens, `);
  terminal.out(`${found.inputIds.length} prompt ids, ${found.tokens.length} new tokens\n`);
  return 0;
}

function runStages(
  model: Model,
  tokenizer: Tokenizer,
  samples: Float32Array,
  { mel, ignoreEos, language, context, maxTokens }: Arguments,
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

async function write(
  folder: string,
  found: Findings,
  { melBins, hiddenSize, vocabSize }: ModelInfo,
  report: object,
): Promise<void> {
  const files: [string, string | Uint8Array][] = [
    ["mel.npy", encodeNpy(found.mel, [melBins, found.frames])],
    ["encoder.npy", encodeNpy(found.encoder, [found.audioTokens, hiddenSize])],
    ["input_ids.npy", encodeNpy(found.inputIds, [found.inputIds.length])],
    ["logits_last.npy", encodeNpy(found.logits, [vocabSize])],
    ["tokens.npy", encodeNpy(found.tokens, [found.tokens.length])],
    ["report.json", `${JSON.stringify(report, null, 2)}\n`],
  ];
  try {
    await mkdir(folder, { recursive: true });
    for (const [name, content] of files) await writeFile(join(folder, name), content);
  } catch (error) {
    throw new AsrError("usage", `${folder}: cannot be written: ${messageOf(error)}`);
  }
}
