import type { AudioStream } from "../../audio/recording.ts";
import type { StreamEvent } from "../../contract/events.ts";
import type { Engine } from "../engine.ts";
import { Publisher } from "../publisher.ts";
import { streamEvents } from "../stream-events.ts";
import type { RecordingOptions } from "./options.ts";
import { transcribeRecording } from "./transcribe.ts";

/** Transcribes a recording chunk by chunk and tells of the text in its order. */
export function streamChunks(
  engine: Engine,
  open: () => Promise<AudioStream>,
  options: RecordingOptions,
  signal: AbortSignal | undefined,
  onProgress: (done: number, total: number | undefined) => void,
): AsyncGenerator<StreamEvent, undefined, undefined> {
  return streamEvents(async (tell) => {
    const publisher = new Publisher(tell);
    return await transcribeRecording(engine, open, options, signal, {
      onProgress,
      onPartial: (text) => publisher.partial(text),
      onChunk: (chunk) => publisher.final(chunk),
    });
  });
}
