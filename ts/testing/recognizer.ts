import { basename } from "node:path";
import { alignedText } from "../align/given/alignment.ts";
import type { AudioInput } from "../audio/input.ts";
import type { Recognizer } from "../cli/files/run.ts";
import type { Alignment, GivenText } from "../contract/alignment.ts";
import { AsrError } from "../contract/errors.ts";
import type { StreamEvent } from "../contract/events.ts";
import type { AlignOptions, StreamOptions } from "../contract/options.ts";
import type { DecodedChunk, FinishReason, TimedWord, Transcript } from "../contract/transcript.ts";
import { GrowingSegments } from "../segments/segments.ts";
import { joinTurns } from "../text/joining.ts";
import { transcriptOf } from "./transcripts.ts";

/** What a recording is pretended to hold. */
export interface Script {
  /** The text of each chunk of ten seconds; an error is where reading fails. */
  chunks: readonly (string | AsrError)[];
  finishReason?: FinishReason;
  /** Why words have no times, where they are asked for. */
  wordless?: string;
  /** Channels that speak in turn, where each is heard on its own. */
  channels?: number;
  /** What else the transcript says. */
  more?: Partial<Transcript>;
  /** Waited for before each chunk, with the chunk's number. */
  before?: (chunk: number) => Promise<void> | void;
}

/**
 * Writes what scripts say, by the file names of its inputs, without a model; the script `*` is for
 * inputs of any other name.
 */
export class ScriptedRecognizer implements Recognizer {
  readonly #scripts: Readonly<Record<string, Script>>;
  /** Names in the order in which they were started. */
  readonly started: string[] = [];
  /** The options of the last call. */
  options: StreamOptions = {};
  /** The text of the last alignment. */
  aligned: GivenText = "";
  atOnce = 0;
  maxAtOnce = 0;
  closed = false;
  /** What the checkpoint is pretended to be. */
  info: Recognizer["info"] = { quantizedModules: {}, notes: [] };

  constructor(scripts: Readonly<Record<string, Script>>) {
    this.#scripts = scripts;
  }

  async *stream(input: AudioInput, options: StreamOptions): AsyncGenerator<StreamEvent> {
    this.options = options;
    const name = typeof input === "string" ? basename(input) : "stream";
    const script = this.#scripts[name] ?? this.#scripts["*"];
    if (script === undefined) throw new AsrError("input", `${name}: has no script`);
    this.started.push(name);
    this.atOnce++;
    this.maxAtOnce = Math.max(this.maxAtOnce, this.atOnce);
    try {
      yield* play(script, options);
    } finally {
      this.atOnce--;
    }
  }

  /** The text, with the times of what the script says. */
  async align(input: AudioInput, text: GivenText, options: AlignOptions): Promise<Alignment> {
    this.aligned = text;
    try {
      return await alignedText(await this.#transcript(input, options), text);
    } catch (error) {
      if (!(error instanceof AsrError) || error.partial === undefined) throw error;
      throw error.with(await alignedText(error.partial, text));
    }
  }

  async #transcript(input: AudioInput, options: AlignOptions): Promise<Transcript> {
    for await (const event of this.stream(input, { words: "auto", ...options }))
      if (event.type === "finish") return event.transcript;
    throw new Error("the script has no end");
  }

  async close(): Promise<void> {
    this.closed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

const chunkSeconds = 10;

async function* play(script: Script, options: StreamOptions): AsyncGenerator<StreamEvent> {
  const { signal, onProgress, words: source } = options;
  if (source !== undefined && script.wordless !== undefined) throw noWords(script.wordless);
  const done: DecodedChunk[] = [];
  const total = script.chunks.length * chunkSeconds;
  const segments = new GrowingSegments(options);
  const tell = (next: number) =>
    segments.take(next).map((segment) => ({ type: "segment", segment }) as const);
  for (const [index, text] of script.chunks.entries()) {
    onProgress?.({ phase: "decode", done: index * chunkSeconds, total });
    await aborted(script.before?.(index), signal);
    if (signal?.aborted) throw Object.assign(signal.reason, { partial: transcriptOf(done) });
    if (text instanceof AsrError) throw text.with(transcriptOf(done));
    const finishReason = script.finishReason ?? "eos";
    const heard = { ...chunkOf(index, text, finishReason), ...channelOf(index, script, options) };
    const chunk = source === undefined ? heard : { ...heard, words: evenWords(heard) };
    const before = joinTurns(done);
    done.push(chunk);
    const words = segments.add(chunk);
    yield { type: "partial", text: text.slice(0, 4) };
    const delta = joinTurns(done).slice(before.length);
    const { start, end, language, channel, tokenTexts } = chunk;
    const tokens = options.logprobs ? { tokens: [...tokenTexts] } : {};
    if (delta !== "") yield { type: "delta", text: delta, ...tokens };
    if (words.length > 0) yield { type: "words", words };
    const whose = channel === undefined ? {} : { channel };
    yield { type: "final", text, start, end, ...whose, language, finishReason };
    yield* tell(start);
  }
  yield* tell(Number.POSITIVE_INFINITY);
  onProgress?.({ phase: "decode", done: total, total });
  const { finishReason = "eos" } = script;
  const transcript: Transcript = {
    ...transcriptOf(done, options),
    text: joinTurns(done),
    finishReason,
    truncated: finishReason !== "eos",
    ...script.more,
  };
  yield { type: "finish", transcript };
}

/** What an engine throws that has nothing to time words with. */
export function noWords(why: string): AsrError {
  return new AsrError("usage", why, "find another", { reason: "no words" });
}

/** Resolves when `work` is done or the signal comes. */
async function aborted(work: Promise<void> | void, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal?.addEventListener("abort", () => resolve());
  if (signal?.aborted) return;
  await Promise.race([work, promise]);
}

/** Whose turn a chunk is. */
function channelOf(
  index: number,
  { channels }: Script,
  { channel }: StreamOptions,
): { channel?: number } {
  return channel === "each" && channels !== undefined ? { channel: (index % channels) + 1 } : {};
}

/** The words of a chunk, each as long as the others, all through its speech. */
function evenWords({ text, speech }: DecodedChunk): TimedWord[] {
  const [{ start, end } = { start: 0, end: 0 }] = speech;
  const found = [...text.matchAll(/\S+/g)];
  const at = (index: number) => start + ((end - start) * index) / found.length;
  return found.map(({ 0: word, index: from }, index) => {
    const times = { start: at(index), end: at(index + 1) };
    return { from, to: from + word.length, ...times, estimated: true };
  });
}

function chunkOf(index: number, text: string, finishReason: FinishReason): DecodedChunk {
  const start = index * chunkSeconds;
  const end = start + chunkSeconds;
  const speech = [{ start: start + 0.5, end: end - 0.5 }];
  const tokenTexts = [{ text, logprob: -0.1 }];
  return { start, end, text, language: "English", tokenTexts, speech, finishReason };
}
