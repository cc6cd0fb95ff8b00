import { existsSync } from "node:fs";
import { join } from "node:path";
import { Model } from "../../ts/model.ts";
import { parseOutput, promptIds } from "../../ts/prompt.ts";
import { sampleRate } from "../../ts/recording.ts";
import { speech } from "../../ts/testing/goldens.ts";
import { Tokenizer } from "../../ts/tokenizer.ts";
import type { Clip } from "../subject.ts";
import { serve } from "./serve.ts";

// bun run bench/subjects/bun-asr.ts FOLDER: this program's own model.

/** Ids of the chat template before and after the audio. */
const [before, after] = [9, 6];

/** Written at most where the model does not end by itself. */
const mostTokens = 448;

await serve(async () => {
  const folder = process.argv[2]!;
  const started = performance.now();
  const model = Model.open(folder);
  const openMs = performance.now() - started;
  const { kernels, weightBytes, activations, decoderLayers, hiddenSize } = model.info;
  const hasVocabulary = existsSync(join(folder, "vocab.json"));
  const tokenizer = hasVocabulary ? await Tokenizer.load(folder) : undefined;
  const about = { kernels, weightBytes, activations, decoderLayers, hiddenSize };
  return { openMs, about, run: (clip) => transcribe(model, tokenizer, clip) };
});

function transcribe(model: Model, tokenizer: Tokenizer | undefined, clip: Clip) {
  const samples = speech(Math.round(clip.seconds * sampleRate));
  const begun = performance.now();
  using session = model.session({ ignoreEos: clip.tokens !== null });
  session.mel(samples);
  const audioTokens = session.encode();
  const reader = clip.tokens === null ? tokenizer : undefined;
  const prompt =
    reader === undefined ? fixedPrompt(model, audioTokens) : promptIds(reader, audioTokens);
  session.prefill(prompt);
  const ids: number[] = [];
  while (ids.length < (clip.tokens ?? mostTokens)) {
    const id = session.next();
    if (id === null) break;
    ids.push(id);
  }
  const totalMs = performance.now() - begun;
  const { melMs, encodeMs, prefillMs, decodeMs } = session.report();
  const times = { totalMs, melMs, encodeMs, prefillMs, decodeMs, tokens: ids.length };
  if (reader === undefined) return times;
  return { ...times, text: parseOutput(reader.decode(Int32Array.from(ids))).text };
}

/** As long as the template's prompt; which ids stand around the audio does not change the time. */
function fixedPrompt({ info }: Model, audioTokens: number): Int32Array {
  const ids = new Int32Array(before + audioTokens + after);
  return ids.fill(info.tokens.audioPad, before, before + audioTokens);
}
