import { alignedText } from "../../align/given/alignment.ts";
import { GivenPlaces } from "../../align/given/places.ts";
import type { NextBlock } from "../../audio/blocks.ts";
import { openInput } from "../../audio/open.ts";
import { AsrError } from "../../contract/errors.ts";
import { checkLive } from "../../contract/option-checks.ts";
import type { Progress } from "../../contract/options.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { Engine } from "../../engine/decode/engine.ts";
import type { Prompter } from "../../engine/decode/second-hearing.ts";
import { streamLive } from "../../engine/live/stream.ts";
import { recordingOptions } from "../../engine/recording/options.ts";
import { streamRecording, transcribeRecording } from "../../engine/recording/transcribe.ts";
import { AlignerSource } from "../../engine/words/aligner-source.ts";
import { canTimeWords } from "../../engine/words/word-times.ts";
import { resolveModel } from "../../hub/resolve.ts";
import type { CallName, Calls, RecordingArgument } from "../protocol.ts";
import { alignerPlace } from "./aligner-place.ts";

/** What a call has besides its argument. */
export interface CallContext {
  signal: AbortSignal;
  progress: (progress: Progress) => void;
  nextBlock: NextBlock;
}

type Handlers = {
  [Name in CallName]: (
    argument: Calls[Name]["argument"],
    context: CallContext,
  ) => [Calls[Name]["value"]] extends [never]
    ? Promise<Calls[Name]["result"]>
    : AsyncGenerator<Calls[Name]["value"], Calls[Name]["result"], undefined>;
};

/** An open model, and the aligner that it may need. */
interface Opened {
  engine: Engine;
  aligner: AlignerSource;
}

const engines = new Map<number, Opened>();
let opened = 0;

/** The calls, as they are done on the engine's thread. */
export const handlers: Handlers = {
  async load({ model, hub, options }, { signal, progress }) {
    const { aligner: name, batch, ...modelOptions } = options;
    const aligner = new AlignerSource(alignerPlace(name, hub, modelOptions));
    const folder = await resolveModel(model, { ...hub, signal, onProgress: progress });
    progress({ phase: "load", done: 0, total: undefined });
    const engine = await Engine.open(folder, { batch, ...modelOptions });
    engines.set(++opened, { engine, aligner });
    return { engine: opened, info: engine.model.info };
  },

  transcribe: async (argument, context) => await transcribed(argument, context),

  async align({ text, ...recording }, context) {
    const { engine, aligner } = openEngine(recording.engine);
    const { options } = recording;
    // Without the times of words those of sentences have to do.
    const isAble = await canTimeWords(engine, aligner, options, context.signal);
    const words = options.words ?? (isAble ? "auto" : undefined);
    try {
      const settings = { ...options, words };
      // What the model misheard, it may hear when it knows the text.
      const prompter = await GivenPlaces.of(text);
      const heard = await transcribed({ ...recording, options: settings }, context, prompter);
      return await alignedText(heard, text);
    } catch (error) {
      if (!(error instanceof AsrError) || error.partial === undefined) throw error;
      throw error.with(await alignedText(error.partial, text));
    }
  },

  stream({ engine: number, input, options }, { signal, progress, nextBlock }) {
    const { engine, aligner } = openEngine(number);
    const ready = recordingOptions(engine, options, aligner);
    const { live = input.isStream, stepSeconds, audioTrack, channel, maxSeconds } = options;
    checkLive(options, live);
    const heard = { live, range: ready.range, audioTrack, channel, maxSeconds, signal };
    const audio = () => openInput(input, nextBlock, heard);
    const context = { signal, onProgress: decoding(progress), onOpening: progress };
    if (!live) return streamRecording(engine, audio, ready, context);
    return streamLive(engine, audio, { ...ready, stepSeconds }, context);
  },

  async close({ engine: number }) {
    const found = engines.get(number);
    engines.delete(number);
    await found?.engine.close();
    found?.aligner[Symbol.dispose]();
    return undefined;
  },
};

async function transcribed(
  { engine: number, input, options }: RecordingArgument,
  { signal, progress, nextBlock }: CallContext,
  prompter?: Prompter,
): Promise<Transcript> {
  const { engine, aligner } = openEngine(number);
  const { decode, ...others } = recordingOptions(engine, options, aligner);
  const ready = { ...others, decode: { ...decode, prompter } };
  const { audioTrack, channel, maxSeconds } = options;
  const heard = { range: ready.range, audioTrack, channel, maxSeconds, signal };
  const audio = () => openInput(input, nextBlock, heard);
  const context = { signal, onProgress: decoding(progress), onOpening: progress };
  return await transcribeRecording(engine, audio, ready, context);
}

function decoding(progress: CallContext["progress"]) {
  return (done: number, total: number | undefined) => progress({ phase: "decode", done, total });
}

function openEngine(number: number): Opened {
  const found = engines.get(number);
  if (found === undefined) throw new AsrError("usage", "this Asr is closed");
  return found;
}
