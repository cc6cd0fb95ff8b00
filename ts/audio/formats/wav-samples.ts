import { viewOf } from "./byte-source.ts";
import type { WavFormat } from "./wav-format.ts";

/** The samples of whole frames, interleaved. The format must have a `coding`. */
export function readWavSamples(bytes: Uint8Array, format: WavFormat): Float32Array<ArrayBuffer> {
  const { channels, bytesPerSample } = format;
  const sampleAt = sampleReader(viewOf(bytes), format);
  const frames = Math.floor(bytes.length / (channels * bytesPerSample));
  const samples = new Float32Array(frames * channels);
  for (let i = 0, at = 0; i < samples.length; i++, at += bytesPerSample) samples[i] = sampleAt(at);
  return samples;
}

function sampleReader(view: DataView, format: WavFormat): (at: number) => number {
  switch (format.coding) {
    case "float":
      return format.bytesPerSample === 4
        ? (at) => view.getFloat32(at, true)
        : (at) => view.getFloat64(at, true);
    case "alaw":
      return (at) => fromALaw(view.getUint8(at)) / 2 ** 15;
    case "mulaw":
      return (at) => fromMuLaw(view.getUint8(at)) / 2 ** 15;
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

/** ITU-T G.711 A-law to 16 bits. */
function fromALaw(byte: number): number {
  const code = byte ^ 0x55;
  const exponent = (code >> 4) & 7;
  const mantissa = ((code & 15) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 256) << (exponent - 1);
  return code & 0x80 ? magnitude : -magnitude;
}

/** ITU-T G.711 µ-law to 16 bits. */
function fromMuLaw(byte: number): number {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 15) << 3) + 132) << ((code >> 4) & 7)) - 132;
  return code & 0x80 ? -magnitude : magnitude;
}
