import { frameIn, id3Length, promiseIn } from "./mpeg-frame.ts";

/** Enough for the header of a tag, and for a frame that counts the others. */
const neededLength = 256;
/** What encoders add before and behind the sound, in frames; decoders take it off. */
const addedFrames = 3;

/**
 * Looks at an MP3 while it passes: how long its first frame (Xing, LAME, VBRI) says that it is.
 * Tags before that, of any length, are passed over. ffmpeg does not tell this of a pipe.
 */
export class Mp3Promise {
  /** In seconds of sound, at the least; undefined where nothing is promised. */
  seconds: number | undefined;
  /** The bytes that are looked at; undefined when all was seen. */
  #bytes: Uint8Array | undefined = new Uint8Array(0);
  /** Bytes of a tag that are still to come. */
  #skip = 0;

  /** The next bytes of the stream. */
  push(part: Uint8Array): void {
    if (this.#bytes === undefined) return;
    const skipped = Math.min(this.#skip, part.length);
    this.#skip -= skipped;
    this.#bytes = Buffer.concat([this.#bytes, part.subarray(skipped)]);
    while (this.#bytes !== undefined && this.#bytes.length >= neededLength) this.#look(this.#bytes);
  }

  #look(bytes: Uint8Array): void {
    const tag = id3Length(bytes);
    if (tag !== undefined) {
      this.#skip = Math.max(0, tag - bytes.length);
      this.#bytes = bytes.subarray(tag);
      return;
    }
    this.#bytes = undefined;
    const frame = frameIn(bytes, 0);
    const frames = frame === undefined ? 0 : (promiseIn(bytes, 0, frame) ?? 0);
    if (frame === undefined || frames <= addedFrames) return;
    this.seconds = ((frames - addedFrames) * frame.samples) / frame.sampleRate;
  }
}
