import { type Samples, sampleRate } from "./recording.ts";

/** What is kept of the band below half of the lower rate. */
const passband = 0.91;
/** How far mirrored sound is pushed down, in dB: below the steps of 16 bits. */
const attenuation = 96;

/**
 * Brings samples that come in parts to 16 kHz: a windowed sinc filter, of which each output needs
 * one phase. It has no start-up of its own, so that turns follow each other without a click; a
 * program for each of them, as recordings have it, would be started with every sentence.
 */
export class Resampler {
  /** So many outputs for `#down` inputs. */
  readonly #up: number;
  readonly #down: number;
  /** The filter's taps, phase by phase, the newest input first. */
  readonly #phases: readonly Float32Array[];
  /** The last inputs, that the next outputs need, too. */
  #history: Float32Array;
  /** Steps of `1 / #up` inputs by which the filter is late. */
  readonly #middle: number;
  /** The place of the next output in the same steps, from the first input of the next part. */
  #next: number;
  /** Outputs that the inputs so far still lead to, in steps of `1 / #down` outputs. */
  #owed = 0;

  constructor(rate: number) {
    const divisor = greatestDivisor(rate, sampleRate);
    this.#up = sampleRate / divisor;
    this.#down = rate / divisor;
    const filter = lowPass(rate * this.#up, Math.min(rate, sampleRate) / 2);
    const taps = Math.ceil(filter.length / this.#up);
    this.#phases = Array.from({ length: this.#up }, (_, phase) =>
      Float32Array.from(
        { length: taps },
        (_, tap) => (filter[phase + tap * this.#up] ?? 0) * this.#up,
      ),
    );
    this.#history = new Float32Array(taps - 1);
    this.#middle = (filter.length - 1) / 2;
    // The first output is of the time of the first input.
    this.#next = this.#middle;
  }

  /** The outputs for which there are inputs enough. */
  push(input: Float32Array): Samples {
    const before = this.#history.length;
    const samples = new Float32Array(before + input.length);
    samples.set(this.#history);
    samples.set(input, before);
    const end = input.length * this.#up;
    const output = new Float32Array(Math.max(0, Math.ceil((end - this.#next) / this.#down)));
    for (let i = 0; i < output.length; i++) {
      const taps = this.#phases[this.#next % this.#up]!;
      let at = before + Math.floor(this.#next / this.#up);
      let sum = 0;
      for (let tap = 0; tap < taps.length; tap++) sum += taps[tap]! * samples[at--]!;
      output[i] = sum;
      this.#next += this.#down;
    }
    this.#next -= end;
    this.#owed += end - output.length * this.#down;
    this.#history = samples.slice(input.length);
    return output;
  }

  /** What is still within the filter; the next input begins anew. */
  flush(): Samples {
    const count = Math.ceil(this.#owed / this.#down);
    const rest = this.push(new Float32Array(Math.ceil(this.#middle / this.#up))).slice(0, count);
    this.#history.fill(0);
    this.#next = this.#middle;
    this.#owed = 0;
    return rest;
  }
}

/** A low-pass with a Kaiser window, for a rate that all phases together have. */
function lowPass(rate: number, nyquist: number): Float64Array {
  const width = ((1 - passband) * nyquist * 2 * Math.PI) / rate;
  const beta = 0.1102 * (attenuation - 8.7);
  // An odd number, so that the delay is a whole one.
  const length = 2 * Math.ceil((attenuation - 8) / (2.285 * width) / 2) + 1;
  const middle = (length - 1) / 2;
  const cutoff = ((1 + passband) / 2) * (nyquist / rate);
  return Float64Array.from({ length }, (_, index) => {
    const from = index - middle;
    const sinc = from === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * from) / (Math.PI * from);
    return (sinc * bessel(beta * Math.sqrt(1 - (from / middle) ** 2))) / bessel(beta);
  });
}

/** The modified Bessel function of the first kind and order 0. */
function bessel(x: number): number {
  let [sum, term] = [1, 1];
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
