import type { AudioChunk } from "../../audio/chunker.ts";
import type { Session } from "../../native/model.ts";
import { promptIds } from "../../text/prompt.ts";
import { breathe, checkRoom, type DecodeOptions } from "../decode/chunk.ts";
import type { Token } from "../decode/hypothesis.ts";
import type { Engine } from "../engine.ts";

/** The last frames of a mel see silence where audio goes on later. */
const blurredFrames = 2;

/**
 * The prompt of a section that grows. The encoder's windows that are complete do not change any
 * more: neither are they encoded again nor are their pads fed again.
 */
export class GrowingPrompt {
  readonly #engine: Engine;
  readonly #session: Session;
  readonly #options: DecodeOptions;
  /** Complete windows that the session has encoded and fed. */
  #windows = 0;
  #isFed = false;

  constructor(engine: Engine, session: Session, options: DecodeOptions) {
    this.#engine = engine;
    this.#session = session;
    this.#options = options;
  }

  /**
   * Feeds the section as it is now, and the tokens that the answer begins with; `room` is how many
   * more there may be. Returns how many token ids it took.
   */
  async feed(
    audio: AudioChunk,
    begun: readonly Token[],
    room: number,
    name: string,
  ): Promise<number> {
    const { model, tokenizer } = this.#engine;
    const { windowFrames, windowTokens, tokens } = model.info;
    const { language, systemText } = this.#options.steering;
    const frames = this.#session.mel(audio.samples);
    await breathe();
    // At its end a section may be cut shorter than it was heard before.
    const kept = Math.min(this.#windows, Math.floor(frames / windowFrames)) * windowTokens;
    const audioTokens = this.#session.encode({ keep: kept });
    await breathe();
    const prompt = promptIds(tokenizer, audioTokens, { language, systemText });
    const ids = Int32Array.of(...prompt, ...begun.map(({ id }) => id));
    checkRoom(this.#engine, ids.length + room, audio, name);
    const from = this.#isFed ? prompt.indexOf(tokens.audioPad) + kept : 0;
    if (this.#isFed) this.#session.rewind(from);
    this.#session.prefill(ids.subarray(from));
    this.#isFed = true;
    this.#windows = Math.max(0, Math.floor((frames - blurredFrames) / windowFrames));
    return ids.length - from;
  }
}
