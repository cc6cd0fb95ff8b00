import { type AudioInput, isPcmStream } from "../audio/input.ts";
import type { StreamEvent } from "../contract/events.ts";
import type { StreamOptions } from "../contract/options.ts";
import type { TimedWord, Word } from "../contract/transcript.ts";
import { segmentsOf } from "../segments/segments.ts";
import type { Recognizer } from "../server/service/models.ts";
import { noWords } from "./recognizer.ts";
import { transcriptOf } from "./transcripts.ts";

/** A stream of samples that was heard. */
export interface HeardStream {
  options: StreamOptions;
  /** The bytes of its samples. */
  blocks: Uint8Array[];
  /** How many these are. */
  length: number;
  isEnded: boolean;
}

/**
 * Hears streams of 16-bit samples and counts: a word for each half second, as soon as it is there.
 * What it heard can be looked at.
 */
export class CountingRecognizer implements Recognizer {
  readonly streams: HeardStream[] = [];
  /** Waited for at the start of each stream. */
  before: (stream: number) => Promise<void> | void = () => undefined;
  /** Thrown when so many seconds of a stream were heard. */
  failure: { after: number; error: unknown } | undefined;
  /** Why words have no times. */
  wordless: string | undefined;
  atOnce = 0;

  async *stream(input: AudioInput, options: StreamOptions): AsyncGenerator<StreamEvent> {
    if (!isPcmStream(input) || input.encoding !== "s16le") throw new Error("no plain samples");
    if (this.wordless !== undefined && options.words !== undefined) throw noWords(this.wordless);
    const heard: HeardStream = { options, blocks: [], length: 0, isEnded: false };
    const number = this.streams.push(heard) - 1;
    this.atOnce++;
    try {
      await this.before(number);
      yield* this.#count(input.stream, input.sampleRate, heard);
    } finally {
      this.atOnce--;
    }
  }

  async align(): Promise<never> {
    throw new Error("it hears streams alone");
  }

  async close(): Promise<void> {
    // There is nothing to free.
  }

  async *#count(
    stream: AsyncIterable<Uint8Array>,
    rate: number,
    heard: HeardStream,
  ): AsyncGenerator<StreamEvent> {
    let [text, said] = ["", 0];
    const { words } = heard.options;
    const { signal } = heard.options;
    for await (const block of stream) {
      heard.blocks.push(block);
      heard.length += block.length / 2;
      const seconds = heard.length / rate;
      if (this.failure !== undefined && seconds >= this.failure.after) throw this.failure.error;
      while (said < Math.floor(2 * seconds)) {
        const delta = said++ === 0 ? "1" : ` ${said}`;
        text += delta;
        const tokens = [{ text: delta, logprob: -0.5 }];
        yield { type: "delta", text: delta, ...(heard.options.logprobs && { tokens }) };
        // A word has ended when the next one begins.
        if (words !== undefined && said > 1) yield { type: "words", words: [wordOf(said - 1)] };
      }
      yield { type: "partial", text: "…" };
      signal?.throwIfAborted();
    }
    signal?.throwIfAborted();
    heard.isEnded = true;
    if (words !== undefined && said > 0) yield { type: "words", words: [wordOf(said)] };
    yield* ended(text, heard.length / rate, heard.options);
  }
}

/** The word of a half second, counted from 1. */
function wordOf(number: number): Word {
  const [start, end] = [(number - 1) / 2, number / 2];
  return { text: String(number), start, end, probability: Math.exp(-0.5), estimated: true };
}

function timedWords(text: string): TimedWord[] {
  return [...text.matchAll(/\d+/g)].map(({ 0: word, index: from }) => {
    const { start, end, estimated } = wordOf(Number(word));
    return { from, to: from + word.length, start, end, estimated };
  });
}

function* ended(
  text: string,
  end: number,
  { logprobs = false, words }: StreamOptions,
): Generator<StreamEvent> {
  const finishReason = "eos";
  const language = text === "" ? "" : "German";
  const tokenTexts = [{ text, logprob: -0.5 }];
  const speech = [{ start: 0, end }];
  const chunk = { start: 0, end, text, language, tokenTexts, speech, finishReason } as const;
  yield { type: "final", text, start: 0, end, language, finishReason };
  const timed = words === undefined ? chunk : { ...chunk, words: timedWords(text) };
  const segments = segmentsOf([timed], { logprobs });
  for (const segment of segments) yield { type: "segment", segment };
  yield { type: "finish", transcript: { ...transcriptOf([chunk]), segments } };
}
