import { AsrError } from "../contract/errors.ts";
import { type Frames, Windows } from "./channels/frames.ts";
import { audible, Likeness, Loudness } from "./channels/likeness.ts";
import { Repeats } from "./channels/repeats.ts";
import { openFile } from "./files/file.ts";
import { sampleRate } from "./samples/recording.ts";

/** What the channels of a recording are to each other. */
export interface ComparedChannels {
  /** How many there are; the most, where recordings with different ones were joined. */
  channels: number;
  /** Whether all of them say what one of them says, as in a mono recording with two channels. */
  areAlike: boolean;
}

/** Channels are compared by half a second. */
const windowLength = sampleRate / 2;
/** They differ when they did so over as much sound as this, in windows. */
const clearWindows = 10;

/**
 * Compares the channels of a file, called `name` in errors. Reads until they clearly differ, to its
 * end or to `maxSeconds` where they do not. Throws AsrError `input` for what is no recording.
 */
export async function comparedChannels(
  path: string,
  name: string,
  { maxSeconds, signal }: { maxSeconds: number; signal?: AbortSignal },
): Promise<ComparedChannels> {
  const { blocks } = await openFile(path, name, { range: { start: 0, end: maxSeconds } });
  const windows = new Windows(windowLength);
  const comparison = new Comparison();
  try {
    for await (const block of blocks) {
      signal?.throwIfAborted();
      for (const window of windows.push(block)) comparison.add(window);
      if (comparison.isClear) break;
      // A file that is read at once would keep whatever else runs on this thread.
      await new Promise(setImmediate);
    }
    for (const window of windows.end()) comparison.add(window);
  } catch (error) {
    // What is damaged behind its beginning can be heard until there.
    const isInput = error instanceof AsrError && error.code === "input";
    if (!isInput || comparison.result.channels === 0) throw error;
  } finally {
    await blocks.return();
  }
  return comparison.result;
}

class Comparison {
  #channels = 0;
  readonly #repeats = new Repeats();
  readonly #loudness = new Loudness();
  /** Windows with sound so far. */
  #heard = 0;

  add(window: Frames): void {
    this.#channels = Math.max(this.#channels, window.channels);
    const likeness = Likeness.of(window);
    this.#repeats.next(likeness);
    if (this.#loudness.next(likeness) >= audible) this.#heard++;
  }

  get isClear(): boolean {
    return this.#heard >= clearWindows && !this.result.areAlike;
  }

  get result(): ComparedChannels {
    const areAlike = this.#channels > 1 && this.#repeats.whole.length === this.#channels - 1;
    return { channels: this.#channels, areAlike };
  }
}
