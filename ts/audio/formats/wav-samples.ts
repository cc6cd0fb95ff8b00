import { aLaw, muLaw } from "../samples/g711.ts";
import type { Samples } from "../samples/recording.ts";
import { viewOf } from "./byte-source.ts";
import type { WavFormat } from "./wav-format.ts";

/** The samples of whole frames, interleaved. The format must have a `coding`. */
export function readWavSamples(bytes: Uint8Array, format: WavFormat): Samples {
  const { channels, bytesPerSample } = format;
  const frames = Math.floor(bytes.length / (channels * bytesPerSample));
  return samplesOf(frames * channels, bytesPerSample, sampleReader(viewOf(bytes), format));
}

/** Samples that are integers of so many bytes, laid out as in a WAV; those of one are unsigned. */
export function readIntegers(bytes: Uint8Array, bytesPerSample: number): Samples {
  const count = Math.floor(bytes.length / bytesPerSample);
  return samplesOf(count, bytesPerSample, intReader(viewOf(bytes), bytesPerSample));
}

function samplesOf(count: number, size: number, sampleAt: (at: number) => number): Samples {
  const samples = new Float32Array(count);
  for (let i = 0, at = 0; i < count; i++, at += size) samples[i] = sampleAt(at);
  return samples;
}

function sampleReader(view: DataView, format: WavFormat): (at: number) => number {
  switch (format.coding) {
    case "float":
      return format.bytesPerSample === 4
        ? (at) => view.getFloat32(at, true)
        : (at) => view.getFloat64(at, true);
    case "alaw":
      return (at) => aLaw[view.getUint8(at)]!;
    case "mulaw":
      return (at) => muLaw[view.getUint8(at)]!;
    default:
      return intReader(view, format.bytesPerSample);
  }
}

/**
 * Samples of up to 8 bits are unsigned, wider ones signed; odd widths fill the high bits of their
 * bytes.
 */
function intReader(view: DataView, bytesPerSample: number): (at: number) => number {
  switch (bytesPerSample) {
    case 1:
      return (at) => (view.getUint8(at) - 128) / 2 ** 7;
    case 2:
      return (at) => view.getInt16(at, true) / 2 ** 15;
    case 3:
      return (at) => (view.getUint16(at, true) + view.getInt8(at + 2) * 2 ** 16) / 2 ** 23;
    default:
      return (at) => view.getInt32(at, true) / 2 ** 31;
  }
}
