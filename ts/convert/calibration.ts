import { AsrError } from "../contract/errors.ts";
import { Model } from "../native/model.ts";
import { promptOf } from "../text/prompt.ts";
import { Tokenizer } from "../text/tokenizer.ts";
import type { Importance } from "./plan.ts";

/** Recordings, or parts of them, to listen to: mono at 16 kHz, up to a minute each. */
export type Calibration = AsyncIterable<Float32Array>;

/** Tokens that are written for a part at most: more than anybody says in a minute. */
const maxTokens = 512;

/**
 * Added to each mean square, 1 in the mean: other audio uses inputs that this hardly did. On the
 * demo model it made likely tokens more alike than less of it.
 */
const floor = 1;

const embedding = "model.embed_tokens";

/** How a matrix is looked at: its module and the columns of its weight. */
export interface ObservedModule {
  name: string;
  columns: number;
}

/**
 * Lets the float model in `folder` transcribe recordings and returns for each module how much the
 * square of an error in a column of its weight counts there: the mean square of what that column is
 * multiplied with, and a floor. A module that saw nothing is left out, and so is the embedding,
 * which is looked up as well: weighing it by what it sees as the head gained nothing. Throws
 * AsrError `input` when there is nothing to hear.
 */
export async function importanceOf(
  folder: string,
  modules: readonly ObservedModule[],
  recordings: Calibration,
  signal: AbortSignal | undefined,
): Promise<Importance> {
  using model = Model.open(folder, { observeInputs: true });
  const prompt = promptOf(await Tokenizer.load(folder), {});
  for await (const samples of recordings) await transcribe(model, samples, prompt, signal);
  const found = new Map<string, readonly number[]>();
  for (const { name, columns } of modules) {
    if (name === embedding) continue;
    const squares = model.inputs(name, columns);
    const mean = squares.reduce((sum, square) => sum + square, 0) / columns;
    if (!(mean > 0)) continue;
    // As many places as float32 has: more would only make the options longer.
    found.set(
      name,
      Array.from(squares, (square) => Number((square / mean + floor).toPrecision(7))),
    );
  }
  if (found.size > 0) return found;
  throw new AsrError("input", "nothing to hear in what is given for the calibration");
}

async function transcribe(
  model: Model,
  samples: Float32Array,
  prompt: (audioTokens: number) => Int32Array,
  signal: AbortSignal | undefined,
): Promise<void> {
  using session = model.session();
  session.mel(samples);
  session.prefill(prompt(session.encode()));
  for (let written = 0; written < maxTokens; written++) {
    // Only between two turns of the event loop is an interrupt heard.
    await new Promise(setImmediate);
    signal?.throwIfAborted();
    if (session.next() === null) break;
  }
}
