import { type DecodedBlock, type Samples, sampleRate } from "../samples/recording.ts";
import type { InputFacts } from "./log.ts";
import type { NutFrame, NutStream } from "./nut.ts";

/** Stamps may be off by so much, in samples: they are rounded, and decoders need a start-up. */
const tolerance = 0.1 * sampleRate;
/** Many stamps are whole milliseconds; so far from zero, in samples, is zero. */
const rounding = 0.002 * sampleRate;

/** These formats count from their own zero. The others go on with a clock that runs elsewhere. */
const countsFromZero = /^(?:mov|matroska)\b/;
/** What is said to begin before the first or after the second, in seconds, is a part of more. */
const zeroRange = { min: -0.1, max: 60 };

/**
 * In these formats recordings are joined byte by byte, and a clock may be set anew; half of such
 * joints look like a jump ahead.
 */
const mayChangeClock = /^(?:mpeg|mpegts|ogg|asf)\b/;
/** A jump of so many seconds is then no gap. */
const maxGap = 3 * 3600;

/**
 * Where samples lie in a recording, by their time stamps. Zero is where a player begins: the file's
 * own zero where it has one, else the first stamp of any stream, pictures included.
 */
export class Timeline {
  readonly #zero: number | undefined;
  readonly #maxGap: number;
  /** The stamp that would follow without a gap. */
  #stamp: number | undefined;
  /** The place that would follow. */
  #at = 0;
  /** How far stamps are ahead of places. */
  #ahead = 0;
  readonly #isGapless: boolean;
  #skipped = 0;

  constructor({ format, start }: InputFacts) {
    this.#isGapless = format === "flac";
    const isZero = countsFromZero.test(format) && isWithin(start ?? 0, zeroRange);
    const zero = isZero ? 0 : start;
    this.#zero = zero === undefined ? undefined : Math.round(zero * sampleRate);
    this.#maxGap = mayChangeClock.test(format) ? maxGap * sampleRate : Number.POSITIVE_INFINITY;
  }

  /** What is missing, in words, of a format that numbers its samples; undefined for nothing. */
  get missing(): string | undefined {
    if (!this.#isGapless || this.#skipped === 0) return undefined;
    return `${(this.#skipped / sampleRate).toFixed(2)} s of samples are missing`;
  }

  /**
   * The place of the first of so many samples, by its stamp; all three counted at 16 kHz. It is
   * right behind the samples before, unless stamps tell of a gap, or have fallen behind because the
   * recorder's clock ran slow. Samples that no player lets hear have a place below 0.
   */
  place(stamp: number, length: number): number {
    if (this.#stamp === undefined) {
      const first = stamp - (this.#zero ?? stamp);
      this.#at = Math.abs(first) <= rounding ? 0 : first;
    } else {
      const jump = stamp - this.#stamp;
      if (jump <= this.#maxGap) this.#ahead += jump;
      if (Math.abs(this.#ahead) > tolerance) {
        this.#at += this.#ahead;
        this.#skipped += Math.max(0, this.#ahead);
        this.#ahead = 0;
      }
    }
    const at = this.#at;
    this.#stamp = stamp + length;
    this.#at += length;
    return at;
  }
}

function isWithin(value: number, { min, max }: { min: number; max: number }): boolean {
  return value >= min && value <= max;
}

/**
 * The frames of plain samples that came at once, as blocks: one for each run that has no gap.
 * `offset` was added to stamps.
 */
export function* placedBlocks(
  frames: readonly NutFrame[],
  { channels, timeBase }: NutStream,
  timeline: Timeline,
  offset: number,
): Generator<DecodedBlock> {
  const frameBytes = channels * Float32Array.BYTES_PER_ELEMENT;
  const scale = (sampleRate * timeBase.numerator) / timeBase.denominator;
  let run: NutFrame[] = [];
  let start = 0;
  let end = 0;
  for (const frame of frames) {
    const length = Math.floor(frame.data.length / frameBytes);
    const at = timeline.place(Math.round(frame.pts * scale) - offset, length);
    if (at !== end && run.length > 0) {
      yield { at: start, channels, samples: joined(run) };
      run = [];
    }
    if (run.length === 0) start = at;
    run.push(frame);
    end = at + length;
  }
  if (run.length > 0) yield { at: start, channels, samples: joined(run) };
}

function joined(frames: readonly NutFrame[]): Samples {
  const bytes = new Uint8Array(frames.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of frames) {
    bytes.set(data, at);
    at += data.length;
  }
  return new Float32Array(bytes.buffer);
}
