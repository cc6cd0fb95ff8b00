import { sampleRate } from "../../audio/samples/recording.ts";
import { frameLevels, framesPerSecond } from "../../audio/speech/vad.ts";

/** Samples of what is judged at a time. */
export const gateFrame = sampleRate / framesPerSecond;

/** How far back the noise of the place is looked for: nobody speaks so long without a gap. */
const memory = 8 * framesPerSecond;
/** Before so much was heard the noise is only guessed. */
const firstFrames = 2 * framesPerSecond;
/** Of a microphone in a quiet room, in dB of full scale. */
const guessedNoise = -50;
/** What is louder is never taken for noise alone, in dB of full scale. */
const loudestNoise = -25;
/** The noise is looked for again after so many frames. */
const interval = framesPerSecond / 5;

/**
 * Tells sound that may be speech from the noise of the place, as it comes. As in a recording, it
 * stands above the quietest tenth by a part of the way to the loudest twentieth; but only the last
 * seconds tell what these are, so that a noise that stays is no speech after a while.
 */
export class SpeechGate {
  readonly #levels = new Float32Array(memory);
  #frames = 0;
  #limit = 0;
  /** At least so far above the noise, in dB. */
  readonly #contrast: number;
  /** And by this part of the distance to what is loud. */
  readonly #share: number;
  /** Never speech, in dB of full scale. */
  readonly #inaudible: number;

  /** `threshold` from 0, where a breath is enough, to 1; 0.5 is for a microphone in a room. */
  constructor(threshold: number) {
    this.#contrast = 2 + 8 * threshold;
    this.#share = 0.6 * threshold;
    this.#inaudible = -70 + 20 * threshold;
  }

  /** Whether the next frame may be speech. */
  push(frame: Float32Array): boolean {
    const [level = Number.NEGATIVE_INFINITY] = frameLevels(frame);
    this.#levels[this.#frames++ % memory] = level;
    if (this.#frames <= firstFrames || this.#frames % interval === 0)
      this.#limit = this.#newLimit();
    return level >= this.#limit;
  }

  #newLimit(): number {
    const sorted = this.#levels.slice(0, Math.min(this.#frames, memory)).sort();
    const quantile = (part: number) => sorted[Math.floor(sorted.length * part)] ?? 0;
    const guess = this.#frames < firstFrames ? guessedNoise : loudestNoise;
    const noise = Math.min(quantile(0.1), guess);
    const contrast = Math.max(this.#contrast, this.#share * (quantile(0.95) - noise));
    return Math.max(this.#inaudible, noise + contrast);
  }
}
