import { Asr } from "./asr.ts";
import type { AudioInput } from "./audio/input.ts";
import { type Alignment, checkedText, type GivenText } from "./contract/alignment.ts";
import type { StreamEvent } from "./contract/events.ts";
import { checkOptions, parted } from "./contract/option-checks.ts";
import type { OneAlignOptions, OneCallOptions, OneStreamOptions } from "./contract/options.ts";
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
 * Finds when a given text was said, with a model that is opened for this call alone: see
 * `Asr.align`.
 *
 * @example
 * const text = "Turn on the light in the kitchen.";
 * const { segments } = await align("models/demo/sample.wav", text, { model: "demo" });
 * console.log(segments[0]?.words);
 */
export async function align(
  input: AudioInput,
  text: GivenText,
  options: OneAlignOptions = {},
): Promise<Alignment> {
  checkOptions(options, "oneAlign", "align");
  const given = checkedText(text);
  const { model, load, rest } = parted(options);
  await using asr = await Asr.load(model, load);
  return await asr.align(input, given, rest);
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
