import { alignedWords } from "../../ts/align/aligned-words.ts";
import { alignerPromptIds } from "../../ts/align/aligner-prompt.ts";
import { spokenWords } from "../../ts/align/words/words.ts";
import { sampleRate } from "../../ts/audio/samples/recording.ts";
import { Model } from "../../ts/native/model.ts";
import { speech } from "../../ts/testing/goldens.ts";
import { Tokenizer } from "../../ts/text/tokenizer.ts";
import { serve } from "./serve.ts";
import type { Clip } from "./subject.ts";

// bun run bench/subjects/aligner.ts FOLDER TEXT: this program's aligner on an English text.

await serve(async () => {
  const [folder, text] = process.argv.slice(2) as [string, string];
  const started = performance.now();
  const model = Model.open(folder, { kind: "aligner" });
  const openMs = performance.now() - started;
  const tokenizer = await Tokenizer.load(folder);
  const { kernels, weightBytes, activations } = model.info;
  const run = ({ seconds }: Clip) => align(model, tokenizer, text, seconds);
  return { openMs, about: { kernels, weightBytes, activations }, run };
});

/** From samples to times; `text` tells the classes, to be compared. */
function align(model: Model, tokenizer: Tokenizer, text: string, seconds: number) {
  const samples = speech(Math.round(seconds * sampleRate));
  const started = performance.now();
  using session = model.session();
  session.mel(samples);
  const words = spokenWords(text, "English");
  session.prefill(alignerPromptIds(tokenizer, session.encode(), words));
  const slots = session.slots();
  alignedWords({ text, words, slots, segmentMs: model.info.segmentMs, start: 0, seconds });
  const totalMs = performance.now() - started;
  const { melMs, encodeMs, prefillMs } = session.report();
  const times = { totalMs, melMs, encodeMs, prefillMs, decodeMs: 0 };
  return { ...times, tokens: slots.length, text: slots.join(" ") };
}
