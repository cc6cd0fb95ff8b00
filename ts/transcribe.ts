import { Asr, type LoadOptions, loadOptionNames } from "./asr.ts";
import type { AudioInput } from "./audio/input.ts";
import { checkOptionNames } from "./contract/did-you-mean.ts";
import type { StreamEvent } from "./contract/events.ts";
import {
  type StreamOptions,
  streamOptionNames,
  type TranscribeOptions,
  transcribeOptionNames,
} from "./contract/options.ts";
import type { Transcript } from "./contract/transcript.ts";

interface ModelName {
  /** As for `Asr.load`. */
  model?: string | undefined;
}

/** Options of a transcription with a model that is opened for it. */
export interface OneCallOptions extends TranscribeOptions, LoadOptions, ModelName {}

/** Options of a streaming transcription with a model that is opened for it. */
export interface OneStreamOptions extends StreamOptions, LoadOptions, ModelName {}

/**
 * Transcribes one recording with a model that is opened for this call alone.
 *
 * @example
 * const { text } = await transcribe("models/demo/sample.wav", { model: "demo" });
 * console.log(text);
 */
export async function transcribe(
  input: AudioInput,
  options: OneCallOptions = {},
): Promise<Transcript> {
  checkOptionNames(options, ["model", ...loadOptionNames, ...transcribeOptionNames], "transcribe");
  const { model, load, rest } = parted(options);
  await using asr = await Asr.load(model, load);
  return await asr.transcribe(input, rest);
}

/**
 * Transcribes a microphone, a socket or a file as it comes, with a model that is opened for this
 * call alone: see `Asr.stream`.
 *
 * @example
 * const file = Bun.file("models/demo/sample.wav").stream();
 * for await (const event of transcribeStream(file, { model: "demo" })) {
 *   if (event.type === "delta") process.stdout.write(event.text);
 * }
 */
export async function* transcribeStream(
  source: AudioInput,
  options: OneStreamOptions = {},
): AsyncGenerator<StreamEvent, void, undefined> {
  const known = ["model", ...loadOptionNames, ...streamOptionNames];
  checkOptionNames(options, known, "transcribeStream");
  const { model, load, rest } = parted(options);
  await using asr = await Asr.load(model, load);
  yield* asr.stream(source, { live: true, ...rest });
}

/** Tells a model's options from those of its use; the signal and the progress belong to both. */
function parted<Options extends OneStreamOptions>(options: Options) {
  const { model, precision, threads, bufferCacheBytes, batch, offline, cacheDir, ...rest } =
    options;
  const { signal, onProgress } = rest;
  const load = {
    precision,
    threads,
    bufferCacheBytes,
    batch,
    offline,
    cacheDir,
    signal,
    onProgress,
  };
  return { model, load, rest };
}
