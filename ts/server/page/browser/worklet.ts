import { Resampler } from "../../../audio/samples/resampler.ts";
import { pcm16 } from "./pcm16.ts";

// Runs on the audio thread: brings what the microphone gives to 16 kHz and posts it in pieces.

/** What the page gets of each piece of sound. */
export interface Piece {
  /** 16-bit samples at 16 kHz, little-endian. */
  pcm: Uint8Array<ArrayBuffer>;
  /** The largest absolute sample, from 0 to 1. */
  peak: number;
}

/** How much is posted at a time, in samples: 100 ms. */
const pieceLength = 1600;

class Tap extends AudioWorkletProcessor {
  readonly #resampler = new Resampler(sampleRate);
  readonly #piece = new Float32Array(pieceLength);
  #filled = 0;
  #ended = false;

  constructor() {
    super();
    this.port.onmessage = () => {
      this.#take(this.#resampler.flush());
      this.#post();
      this.port.postMessage("end");
      this.#ended = true;
    };
  }

  process(inputs: Float32Array[][]): boolean {
    const channels = inputs[0] ?? [];
    if (!this.#ended && channels.length > 0) this.#take(this.#resampler.push(mean(channels)));
    return !this.#ended;
  }

  #take(samples: Float32Array): void {
    for (let at = 0; at < samples.length; ) {
      const part = samples.subarray(at, at + pieceLength - this.#filled);
      this.#piece.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === pieceLength) this.#post();
    }
  }

  #post(): void {
    if (this.#filled === 0) return;
    const samples = this.#piece.subarray(0, this.#filled);
    const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
    const piece: Piece = { pcm: pcm16(samples), peak };
    this.port.postMessage(piece, [piece.pcm.buffer]);
    this.#filled = 0;
  }
}

function mean(channels: readonly Float32Array[]): Float32Array {
  const [first, ...others] = channels;
  if (first === undefined || others.length === 0) return first ?? new Float32Array();
  return first.map((sample, index) => {
    const sum = others.reduce((total, channel) => total + (channel[index] ?? 0), sample);
    return sum / channels.length;
  });
}

registerProcessor("tap", Tap);
