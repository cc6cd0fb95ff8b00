import { Asr } from "./asr.ts";
import type { AudioInput } from "./audio/input.ts";
import type { StreamEvent } from "./contract/events.ts";
import { checkOptions, parted } from "./contract/option-checks.ts";
import type { OneCallOptions, OneStreamOptions } from "./contract/options.ts";
import type { Transcript } from "./contract/transcript.ts";

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
  checkOptions(options, "oneCall", "transcribe");
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
  checkOptions(options, "oneStream", "transcribeStream");
  const { model, load, rest } = parted(options);
  await using asr = await Asr.load(model, load);
  yield* asr.stream(source, { live: true, ...rest });
}
