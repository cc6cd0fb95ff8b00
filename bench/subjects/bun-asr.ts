import { existsSync } from "node:fs";
import { join } from "node:path";
import { sampleRate } from "../../ts/audio/samples/recording.ts";
import { Model } from "../../ts/native/model.ts";
import { speech } from "../../ts/testing/goldens.ts";
import { parseOutput, promptIds } from "../../ts/text/prompt.ts";
import { Tokenizer } from "../../ts/text/tokenizer.ts";
import { fixedPrompt } from "./prompt.ts";
import { serve } from "./serve.ts";
import type { Clip } from "./subject.ts";

// bun run bench/subjects/bun-asr.ts FOLDER: this program's own model.

/** Written at most where the model does not end by itself. */
const maxTokens = 448;

await serve(async () => {
  const folder = process.argv[2]!;
  const emptyRss = process.memoryUsage.rss();
  const [model, opening] = await timed(() => Model.open(folder));
  const { kernels, weightBytes, activations, decoderLayers, hiddenSize } = model.info;
  const names = ["vocab.json", "tokenizer.json"];
  const hasVocabulary = names.some((name) => existsSync(join(folder, name)));
  const [tokenizer, reading] = await timed(() =>
    hasVocabulary ? Tokenizer.load(folder) : undefined,
  );
  const shape = { kernels, weightBytes, activations, decoderLayers, hiddenSize };
  const times = { openCpuMs: opening.cpuMs, tokenizerMs: reading.ms };
  const about = { ...shape, ...times, emptyRss };
  const run = (clip: Clip) =>
    clip.sessions === undefined
      ? transcribe(model, tokenizer, clip)
      : transcribeTogether(model, clip, clip.sessions);
  return { openMs: opening.ms, about, run };
});

/** What `work` gives, and the milliseconds that it took: of the clock, and of all processors. */
async function timed<T>(work: () => T | Promise<T>): Promise<[T, { ms: number; cpuMs: number }]> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return [result, { ms: performance.now() - started, cpuMs: (user + system) / 1000 }];
}

function transcribe(model: Model, tokenizer: Tokenizer | undefined, clip: Clip) {
  const samples = speech(Math.round(clip.seconds * sampleRate));
  const started = performance.now();
  using session = model.session({ ignoreEos: clip.tokens !== null });
  session.mel(samples);
  const audioTokens = session.encode();
  const reader = clip.tokens === null ? tokenizer : undefined;
  const prompt =
    reader === undefined
      ? fixedPrompt(audioTokens, model.info.tokens.audioPad).ids
      : promptIds(reader, audioTokens);
  session.prefill(prompt);
  const ids: number[] = [];
  while (ids.length < (clip.tokens ?? maxTokens)) {
    const id = session.next();
    if (id === null) break;
    ids.push(id);
  }
  const totalMs = performance.now() - started;
  const { melMs, encodeMs, prefillMs, decodeMs } = session.report();
  const times = { totalMs, melMs, encodeMs, prefillMs, decodeMs, tokens: ids.length };
  if (reader === undefined) return times;
  return { ...times, text: parseOutput(reader.decode(Int32Array.from(ids))).text };
}

/** Copies of one clip: each is encoded alone, and all are decoded in steps of one token each. */
function transcribeTogether(model: Model, { seconds, tokens }: Clip, count: number) {
  const samples = speech(Math.round(seconds * sampleRate));
  const started = performance.now();
  const sessions = Array.from({ length: count }, () => model.session({ ignoreEos: true }));
  for (const session of sessions) {
    session.mel(samples);
    session.prefill(fixedPrompt(session.encode(), model.info.tokens.audioPad).ids);
    session.finish();
  }
  const steps = tokens ?? maxTokens;
  const decoding = performance.now();
  for (let step = 0; step < steps; step++) model.step(sessions);
  const ended = performance.now();
  const reports = sessions.map((session) => session.report());
  for (const session of sessions) session.close();
  const sum = (stage: "melMs" | "encodeMs" | "prefillMs") =>
    reports.reduce((total, report) => total + report[stage], 0);
  return {
    totalMs: ended - started,
    decodeMs: ended - decoding,
    tokens: steps * count,
    melMs: sum("melMs"),
    encodeMs: sum("encodeMs"),
    prefillMs: sum("prefillMs"),
  };
}
