import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadAudio } from "../../audio/open.ts";
import { AsrError, messageOf } from "../../contract/errors.ts";
import { languageName } from "../../contract/languages.ts";
import { resolveModel } from "../../hub/resolve.ts";
import { demoModel, demoSample } from "../../native/demo.ts";
import { Model, type ModelInfo, type SessionReport, type Stage } from "../../native/model.ts";
import { parseOutput, promptIds } from "../../text/prompt.ts";
import { Tokenizer } from "../../text/tokenizer.ts";
import { encodeNpy } from "../files/npy.ts";
import { choiceFlag, countFlag, parseCommandLine, runCommand } from "../flags/command-line.ts";
import type { Terminal } from "../terminal/terminal.ts";

export const inspectUsage = `usage: bun run inspect --dump OUT [options]

Runs one recording through the model and writes what each stage gave to the folder OUT:
mel.npy [128, T], encoder.npy [N, hidden], input_ids.npy, logits_last.npy [vocab] (those that choose
the first token), tokens.npy (greedy), report.json.

  -m, --model MODEL        as for transcribe (default: demo)
      --audio FILE         default: the sample of the demo
      --dump OUT           folder for the results, made when missing
  -l, --language LANGUAGE  code or name (default: detected)
      --context TEXT       text of the system turn
      --mel exact|fft512   recipe of the mel spectrogram (default: exact)
      --precision full|auto  full (default): every activation in float32; auto: as transcribe runs
      --max-tokens N       most tokens (default: 32)
      --ignore-eos         go on after an end token
  -h, --help               this text
`;

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

/** The command `inspect`: returns the exit status. */
export async function inspectCommand(argv: string[], terminal: Terminal): Promise<number> {
  const read = () => parseArguments(argv);
  return await runCommand(terminal, inspectUsage, read, (given) => inspect(given, terminal));
}

function parseArguments(argv: string[]): Arguments | "help" {
  const { values } = parseCommandLine({
    args: argv,
    options: {
      model: { type: "string", short: "m" },
      audio: { type: "string" },
      dump: { type: "string" },
      language: { type: "string", short: "l" },
      context: { type: "string" },
      mel: { type: "string" },
      precision: { type: "string" },
      "max-tokens": { type: "string" },
      "ignore-eos": { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  });
  if (values.help) return "help";
  if (values.dump === undefined) throw new AsrError("usage", "--dump OUT is missing", "see --help");
  return {
    model: values.model ?? demoModel,
    audio: values.audio ?? demoSample,
    dump: values.dump,
    language: languageName(values.language),
    context: values.context,
    mel: choiceFlag("--mel", values.mel, ["exact", "fft512"]) ?? "exact",
    precision: choiceFlag("--precision", values.precision, ["full", "auto"]) ?? "full",
    maxTokens: countFlag("--max-tokens", values["max-tokens"]) ?? 32,
    ignoreEos: values["ignore-eos"] ?? false,
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
    ...{ mel: read("mel", melBins * frames), frames },
    ...{ encoder: read("encoder", audioTokens * hiddenSize), audioTokens },
    ...{ inputIds, logits, tokens: Int32Array.from(tokens), report: session.report() },
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
