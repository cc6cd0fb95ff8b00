import { alignedText } from "../../align/given/alignment.ts";
import type { NextBlock } from "../../audio/blocks.ts";
import { openInput } from "../../audio/open.ts";
import { AsrError } from "../../contract/errors.ts";
import { checkLive } from "../../contract/option-checks.ts";
import type { Progress } from "../../contract/options.ts";
import type { Transcript } from "../../contract/transcript.ts";
import { Engine } from "../../engine/decode/engine.ts";
import { streamLive } from "../../engine/live/stream.ts";
import { recordingOptions } from "../../engine/recording/options.ts";
import { streamRecording, transcribeRecording } from "../../engine/recording/transcribe.ts";
import { resolveModel } from "../../hub/resolve.ts";
import type { CallName, Calls, RecordingArgument } from "../protocol.ts";

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

const engines = new Map<number, Engine>();
let opened = 0;

/** The calls, as they are done on the engine's thread. */
export const handlers: Handlers = {
  async load({ model, hub, options }, { signal, progress }) {
    const folder = await resolveModel(model, { ...hub, signal, onProgress: progress });
    progress({ phase: "load", done: 0, total: undefined });
    const engine = await Engine.open(folder, options);
    engines.set(++opened, engine);
    return { engine: opened, info: engine.model.info };
  },

  transcribe: transcribed,

  async align({ text, ...recording }, context) {
    try {
      return alignedText(await transcribed(recording, context), text);
    } catch (error) {
      if (!(error instanceof AsrError) || error.partial === undefined) throw error;
      throw error.with(alignedText(error.partial, text));
    }
  },

  stream({ engine: number, input, options }, { signal, progress, nextBlock }) {
    const engine = openEngine(number);
    const ready = recordingOptions(engine, options);
    const { live = input.isStream, stepSeconds, audioTrack, channel, maxSeconds } = options;
    checkLive(options, live);
    const heard = { live, range: ready.range, audioTrack, channel, maxSeconds, signal };
    const audio = () => openInput(input, nextBlock, heard);
    const context = { signal, onProgress: decoding(progress) };
    if (!live) return streamRecording(engine, audio, ready, context);
    return streamLive(engine, audio, { ...ready, stepSeconds }, context);
  },

  async close({ engine: number }) {
    const engine = engines.get(number);
    engines.delete(number);
    await engine?.close();
    return undefined;
  },
};

async function transcribed(
  { engine: number, input, options }: RecordingArgument,
  { signal, progress, nextBlock }: CallContext,
): Promise<Transcript> {
  const engine = openEngine(number);
  const ready = recordingOptions(engine, options);
  const { audioTrack, channel, maxSeconds } = options;
  const heard = { range: ready.range, audioTrack, channel, maxSeconds, signal };
  const audio = () => openInput(input, nextBlock, heard);
  return await transcribeRecording(engine, audio, ready, {
    signal,
    onProgress: decoding(progress),
  });
}

function decoding(progress: CallContext["progress"]) {
  return (done: number, total: number | undefined) => progress({ phase: "decode", done, total });
}

function openEngine(number: number): Engine {
  const engine = engines.get(number);
  if (engine === undefined) throw new AsrError("usage", "this Asr is closed");
  return engine;
}
