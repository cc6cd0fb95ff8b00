import { expect } from "bun:test";
import { openAudio } from "../audio/open.ts";
import type { AudioStream, Samples } from "../audio/samples/recording.ts";
import { noRemarks, sampleRate, wholeRecording } from "../audio/samples/recording.ts";
import type { StreamEvent } from "../contract/events.ts";
import type { CheckedSettings } from "../contract/options.ts";
import type { Transcript, Word } from "../contract/transcript.ts";
import type { Engine } from "../engine/decode/engine.ts";
import { streamLive } from "../engine/live/stream.ts";
import { recordingOptions } from "../engine/recording/options.ts";
import type { AlignerSource } from "../engine/words/aligner-source.ts";
import { demoSample } from "../native/locate.ts";
import { Model, type Session } from "../native/model.ts";
import { seededRandom } from "../wer/seeded-random.ts";

/** The demo's recording. */
export async function demoSpeech(): Promise<Samples> {
  return (await wholeRecording(await openAudio(demoSample))).samples;
}

/** Recordings one after the other, with pauses of so many seconds, of faint noise, between them. */
export function withPauses(parts: readonly Samples[], ...pauses: number[]): Samples {
  const random = seededRandom(1);
  const pause = (seconds: number) =>
    Float32Array.from({ length: seconds * sampleRate }, () => (random() - 0.5) * 1e-3);
  const all = parts.flatMap((part, index) => [part, pause(pauses[index] ?? 0)]);
  const samples = new Float32Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of all) {
    samples.set(part, at);
    at += part.length;
  }
  return samples;
}

/** How a test's source gives its samples. */
export interface SourceOptions {
  /** Samples of a block. */
  block?: number;
  /** Waits before each block. */
  delayMs?: number;
  /** Fails after the last sample. */
  failure?: Error;
}

/** Samples as a stream. */
export function sourceOf(
  samples: Samples,
  { block = sampleRate, delayMs, failure }: SourceOptions = {},
): () => Promise<AudioStream> {
  async function* blocks(): AudioStream["blocks"] {
    for (let at = 0; at < samples.length; at += block) {
      if (delayMs !== undefined) await Bun.sleep(delayMs);
      yield { at, samples: samples.slice(at, at + block) };
    }
    if (failure !== undefined) throw failure;
  }
  return async () => ({
    name: "test",
    duration: undefined,
    blocks: blocks(),
    remarks: noRemarks(),
  });
}

/** What a live stream told. */
export interface Heard {
  events: StreamEvent[];
  /** The deltas joined. */
  said: string;
  transcript: Transcript | undefined;
}

/** What a stream is heard with besides. */
export interface HearOptions {
  signal?: AbortSignal;
  heard?: Heard;
  aligner?: AlignerSource;
}

/** Streams live to the end; what an error leaves is in `heard`, too. */
export async function hear(
  engine: Engine,
  open: () => Promise<AudioStream>,
  settings: CheckedSettings = {},
  { signal, heard, aligner }: HearOptions = {},
): Promise<Heard> {
  const { stepSeconds, ...rest } = settings;
  const options = { ...recordingOptions(engine, rest, aligner), stepSeconds };
  return await collect(streamLive(engine, open, options, { signal }), { heard });
}

/**
 * Reads events to the end; `onFinal` is called when a chunk is finished. Whatever is heard, the
 * segments and the words that were told are the transcript's.
 */
export async function collect(
  events: AsyncIterable<StreamEvent>,
  { heard, onFinal }: { heard?: Heard | undefined; onFinal?: (() => void) | undefined } = {},
): Promise<Heard> {
  const all: Heard = heard ?? { events: [], said: "", transcript: undefined };
  for await (const event of events) {
    all.events.push(event);
    if (event.type === "delta") all.said += event.text;
    if (event.type === "final") onFinal?.();
    if (event.type === "finish") all.transcript = event.transcript;
  }
  const told = all.events.flatMap((event) => (event.type === "segment" ? [event.segment] : []));
  if (all.transcript !== undefined) {
    expect(told).toEqual(all.transcript.segments);
    const { segments } = all.transcript;
    expect(byChannel(wordsTold(all))).toEqual(
      byChannel(segments.flatMap(({ words = [] }) => words)),
    );
  }
  return all;
}

/** The words that a stream has told. */
export function wordsTold({ events }: Heard): Word[] {
  return events.flatMap((event) => (event.type === "words" ? event.words : []));
}

/** Channels take turns chunk by chunk in what is told, and by time in the transcript. */
function byChannel(words: readonly Word[]): Word[] {
  return words.toSorted((a, b) => (a.channel ?? 0) - (b.channel ?? 0));
}

/** Notes every session that is opened from now on. */
export function sessionsOf({ model }: Engine): Session[] {
  if (!(model instanceof Model)) throw new Error("the engine has no checkpoint");
  const native: Model = model;
  const sessions: Session[] = [];
  const open = native.session.bind(native);
  native.session = (options) => {
    const session = open(options);
    sessions.push(session);
    return session;
  };
  return sessions;
}
