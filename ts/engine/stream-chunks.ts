import type { AudioStream } from "../audio/recording.ts";
import { separator } from "../joining.ts";
import type { StreamEvent } from "../stream-event.ts";
import type { Engine } from "./engine.ts";
import { EventQueue } from "./event-queue.ts";
import type { RecordingOptions } from "./recording-options.ts";
import { transcribeRecording } from "./transcribe-recording.ts";

/** Transcribes a recording chunk by chunk and tells of the text in its order. */
export async function* streamChunks(
  engine: Engine,
  open: () => Promise<AudioStream>,
  options: RecordingOptions,
  signal: AbortSignal | undefined,
  onProgress: (done: number, total: number | undefined) => void,
): AsyncGenerator<StreamEvent, undefined, undefined> {
  const queue = new EventQueue<StreamEvent, undefined>(
    (earlier, later) => earlier.type === "partial" && later.type === "partial",
  );
  let before = "";
  const work = transcribeRecording(engine, open, options, signal, {
    onProgress,
    onPartial: (text) => queue.push({ type: "partial", text: separator(before, text) + text }),
    onChunk: ({ text, start, end, language, finishReason }) => {
      const delta = separator(before, text) + text;
      if (delta !== "") queue.push({ type: "delta", text: delta });
      before += delta;
      queue.push({ type: "final", text, start, end, language, finishReason });
    },
  });
  queue.endWith(
    work.then((transcript) => {
      queue.push({ type: "finish", transcript });
      return undefined;
    }),
  );
  return yield* queue.read();
}
