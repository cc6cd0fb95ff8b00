import { sampleRate } from "../../audio/samples/recording.ts";
import type { AudioChunk } from "../../audio/speech/chunker.ts";
import {
  checkPositions,
  type DecodeContext,
  type DecodeOptions,
  draftOf,
} from "../decode/chunk.ts";
import type { DecodingSession } from "../decode/decoding-model.ts";
import type { Engine } from "../decode/engine.ts";
import type { Token } from "../decode/hypothesis.ts";

/** Samples from a frame of a mel to the next one. */
const hop = sampleRate / 100;

/** So much of the audio behind its place a frame sees: where that is missing, the end mirrored. */
export const frameReach = 40;

/**
 * The prompt of a segment that grows. The encoder's windows that are complete do not change any
 * more: neither are they encoded again nor are their pads fed again.
 */
export class GrowingPrompt {
  readonly #engine: Engine;
  readonly #session: DecodingSession;
  readonly #options: DecodeOptions;
  /** Complete windows that the session has encoded and fed. */
  #windows = 0;
  #isFed = false;

  constructor(engine: Engine, session: DecodingSession, options: DecodeOptions) {
    this.#engine = engine;
    this.#session = session;
    this.#options = options;
  }

  /**
   * Feeds the segment as it is now, and the tokens that its hypothesis begins with; `room` is how
   * many more there may be, and `draft` which they most likely are. Returns the token ids that it
   * took and the position of the answer's first token, undefined when it was aborted.
   */
  async feed(
    audio: AudioChunk,
    { prefix, draft, room }: { prefix: readonly Token[]; draft: readonly Token[]; room: number },
    context: DecodeContext,
  ): Promise<{ fed: Int32Array; position: number } | undefined> {
    const { model, stages } = this.#engine;
    const { windowFrames, windowTokens, tokens } = model.info;
    const frames = this.#session.mel(audio.samples);
    if (!(await stages.finish(this.#session, context))) return undefined;
    // At its end a segment may be cut shorter than it was heard before.
    const kept = Math.min(this.#windows, Math.floor(frames / windowFrames)) * windowTokens;
    const audioTokens = this.#session.encode({ keep: kept });
    if (!(await stages.finish(this.#session, context))) return undefined;
    const prompt = this.#options.prompt(audioTokens);
    const ids = Int32Array.of(...prompt, ...prefix.map(({ id }) => id));
    checkPositions(this.#engine, ids.length + room, audio, context.name);
    const from = this.#isFed ? prompt.indexOf(tokens.audioPad) + kept : 0;
    if (this.#isFed) this.#session.rewind(from);
    const fed = ids.subarray(from);
    this.#session.prefill(fed, draftOf(draft, room));
    if (!(await stages.finish(this.#session, context))) return undefined;
    this.#isFed = true;
    const unmirrored = audio.samples.length % hop < frameReach ? frames - 1 : frames;
    this.#windows = Math.floor(unmirrored / windowFrames);
    return { fed, position: prompt.length };
  }
}
