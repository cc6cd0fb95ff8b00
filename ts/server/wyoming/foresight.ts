import { type Samples, sampleRate } from "../../audio/samples/recording.ts";
import { SampleQueue } from "../../audio/samples/sample-queue.ts";
import { levelOf, speechSpans } from "../../audio/speech/vad.ts";
import type { Transcript } from "../../contract/transcript.ts";

/** The sound is looked at when so much more has come, in samples. */
const stepLength = 0.1 * sampleRate;
/** A pause of this length may be the end, in seconds. */
const minPause = 0.3;
/** What is longer is no command, in samples. */
const maxLength = 15 * sampleRate;
/** Where speech ends is seen a little differently when more has come, in seconds. */
const endTolerance = 0.1;
/** What comes after is of the same pause while it is no louder than it, but for so many dB. */
const loudnessTolerance = 3;

/** A transcript that is being made of what may be all. */
interface Guess {
  /** Where speech ended, in seconds. */
  speechEnd: number;
  /** How much had come, in samples. */
  length: number;
  leave: AbortController;
  transcript: Promise<Transcript>;
}

/** Transcribes samples at 16 kHz. */
type Transcribe = (samples: Samples, signal: AbortSignal) => Promise<Transcript>;

/**
 * Begins to transcribe a command when its speaker pauses. Who sends a command waits for half a
 * second of silence or more until it says that this was all: by then the text is there, or nearly.
 * Where the speaker goes on, what was begun ends, and the next pause is a new chance.
 */
export class Foresight implements Disposable {
  readonly #transcribe: Transcribe;
  readonly #isFree: () => boolean;
  readonly #samples = new SampleQueue();
  #unseen = 0;
  #isOver = false;
  #guess: Guess | undefined;

  /** `isFree` says whether nobody else has to wait for it. */
  constructor(transcribe: Transcribe, isFree: () => boolean) {
    this.#transcribe = transcribe;
    this.#isFree = isFree;
  }

  push(samples: Samples): void {
    if (this.#isOver) return;
    this.#samples.push({ at: this.#samples.end, samples });
    this.#unseen += samples.length;
    if (this.#samples.length > maxLength) this[Symbol.dispose]();
    else if (this.#unseen >= stepLength) this.#look();
  }

  /** The transcript of all that came, if it was begun; nothing more comes. */
  transcript(): Promise<Transcript> | undefined {
    this.#isOver = true;
    if (this.#guess === undefined) return undefined;
    const { speechEnd, length, transcript } = this.#guess;
    const samples = this.#samples.view();
    if (!this.#isRight(speechEnds(samples))) return undefined;
    const pause = levelOf(samples.subarray(Math.round(speechEnd * sampleRate), length));
    const isSilent = levelOf(samples.subarray(length)) <= pause + loudnessTolerance;
    return isSilent ? transcript : undefined;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#guess?.leave.abort();
    this.#guess = undefined;
  }

  #look(): void {
    this.#unseen = 0;
    const samples = this.#samples.view();
    const speechEnd = speechEnds(samples);
    if (speechEnd === undefined) return;
    if (this.#guess !== undefined && !this.#isRight(speechEnd)) {
      this.#guess.leave.abort();
      this.#guess = undefined;
    }
    const isPause = samples.length / sampleRate - speechEnd >= minPause;
    if (this.#guess !== undefined || !isPause || !this.#isFree()) return;
    const leave = new AbortController();
    const transcript = this.#transcribe(samples.slice(), leave.signal);
    // Nobody may ask for it.
    transcript.catch(() => undefined);
    this.#guess = { speechEnd, length: samples.length, leave, transcript };
  }

  /** Whether nothing was said since. */
  #isRight(speechEnd: number | undefined): boolean {
    return (speechEnd ?? 0) <= (this.#guess?.speechEnd ?? 0) + endTolerance;
  }
}

/** Where the last speech ends, in seconds. */
function speechEnds(samples: Samples): number | undefined {
  return speechSpans(samples).at(-1)?.end;
}
