import type { Model, Session, Stage } from "../native/model.ts";
import { promptIds } from "../text/prompt.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import { difference, type GoldenCase, type GoldenSet, readNpy, speech } from "./goldens.ts";

/** How far each stage is from the official model: largest absolute differences. */
export interface Parity {
  frames: number;
  mel: number;
  audioTokens: number;
  encoder: number;
  /** The ids of the prompt are the same. */
  promptIsEqual: boolean;
  /** Over all steps whose logits are stored, up to the first token that differs. */
  logits: number;
  tokens: (number | null)[];
  officialTokens: number[];
  /** How many tokens are the same before the first that differs. */
  equalTokens: number;
}

/** Runs one case through all stages. */
export async function compareWithOfficial(
  set: GoldenSet,
  golden: GoldenCase,
  model: Model,
): Promise<Parity> {
  const { hiddenSize, melBins, vocabSize } = model.info;
  const official = (stored: { file: string }) => readNpy(set.folder, stored.file).data;
  const tokenizer = await Tokenizer.load(set.folder);
  using session = model.session({ ignoreEos: true });

  const frames = session.mel(speech(golden.samples));
  const mel = thinColumns(read(session, "mel", melBins * frames), frames, golden.mel.every);

  const audioTokens = session.encode();
  const rows = read(session, "encoder", audioTokens * hiddenSize);
  const encoder = thinRows(rows, hiddenSize, golden.encoder.every);

  const { language, context } = golden;
  const ids = promptIds(tokenizer, audioTokens, {
    language: language ?? undefined,
    systemText: context,
  });
  session.prefill(ids);
  const first = read(session, "logits", vocabSize);
  let logits = difference(first, official(golden.logitsLast));

  const steps = golden.stepLogits === undefined ? undefined : official(golden.stepLogits);
  const officialTokens = [...official(golden.tokens)];
  const tokens: (number | null)[] = [];
  let equalTokens = 0;
  for (const [step, wanted] of officialTokens.entries()) {
    if (steps !== undefined && equalTokens === step) {
      const row = steps.slice(step * vocabSize, (step + 1) * vocabSize);
      logits = Math.max(logits, difference(read(session, "logits", vocabSize), row));
    }
    const token = session.next();
    if (token === wanted && equalTokens === step) equalTokens++;
    tokens.push(token);
  }
  return {
    frames,
    audioTokens,
    logits,
    tokens,
    officialTokens,
    equalTokens,
    mel: difference(mel, official(golden.mel)),
    encoder: difference(encoder, official(golden.encoder)),
    promptIsEqual: difference(ids, official(golden.inputIds)) === 0,
  };
}

function read(session: Session, stage: Stage, length: number): Float32Array {
  const values = new Float32Array(length);
  session.read(stage, values);
  return values;
}

/** Every n-th column of [rows, columns]. */
function thinColumns(values: Float32Array, columns: number, every: number): Float32Array {
  return values.filter((_, i) => (i % columns) % every === 0);
}

/** Every n-th row of [rows, columns]. */
function thinRows(values: Float32Array, columns: number, every: number): Float32Array {
  return values.filter((_, i) => Math.floor(i / columns) % every === 0);
}
