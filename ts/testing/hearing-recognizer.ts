import type { AudioInput } from "../audio/input.ts";
import { isPcmStream } from "../audio/input.ts";
import type { PcmStream } from "../audio/pcm.ts";
import { untilAborted } from "../concurrency/until-aborted.ts";
import type { StreamEvent } from "../contract/events.ts";
import type { StreamOptions } from "../contract/options.ts";
import type { Recognizer } from "../server/service/models.ts";
import { transcriptOf } from "./transcripts.ts";

/** What a recognizer was given in one call. */
export interface HeardStream {
  layout: Omit<PcmStream, "stream">;
  options: StreamOptions;
  bytes: Buffer;
}

/** Takes plain samples as they come, and says how many bytes there were. */
export class HearingRecognizer implements Recognizer {
  readonly heard: HeardStream[] = [];
  /** Waited for before anything is read, and before anything is said. */
  gates: { read?: Promise<void>; say?: Promise<void> } = {};
  /** Thrown instead of saying something. */
  failure: Error | undefined;
  /** Calls with anything else than a stream of samples. */
  refused = 0;
  /** Calls that are under way. */
  running = 0;

  async *stream(input: AudioInput, options: StreamOptions): AsyncGenerator<StreamEvent> {
    if (!isPcmStream(input)) {
      this.refused++;
      throw new Error("these are no samples that come");
    }
    const { signal = new AbortController().signal } = options;
    const { stream, ...layout } = input;
    const heard: HeardStream = { layout, options, bytes: Buffer.alloc(0) };
    this.heard.push(heard);
    this.running++;
    try {
      const { read, say } = this.gates;
      if (read !== undefined) await untilAborted(read, signal);
      const parts = stream[Symbol.asyncIterator]();
      const all: Uint8Array[] = [];
      for (;;) {
        const { done, value } = await untilAborted(parts.next(), signal);
        if (done) break;
        all.push(value);
      }
      heard.bytes = Buffer.concat(all);
      if (say !== undefined) await untilAborted(say, signal);
      if (this.failure !== undefined) throw this.failure;
      yield* this.#said(`${heard.bytes.length} bytes`);
    } finally {
      this.running--;
    }
  }

  async *#said(text: string): AsyncGenerator<StreamEvent> {
    const chunk = { start: 0, end: 1, language: "German", finishReason: "eos" } as const;
    const speech = [{ start: 0, end: 1 }];
    const tokenTexts = [{ text, logprob: -0.1 }];
    yield { type: "delta", text };
    yield { type: "final", text, ...chunk };
    yield { type: "finish", transcript: transcriptOf([{ ...chunk, text, speech, tokenTexts }]) };
  }

  async align(): Promise<never> {
    throw new Error("it hears streams alone");
  }

  async close(): Promise<void> {}
}
