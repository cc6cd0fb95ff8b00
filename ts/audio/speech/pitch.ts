import { sampleRate } from "../samples/recording.ts";

/** Every other sample is looked at: pitch lies far below 4 kHz. */
const stride = 2;
const rate = sampleRate / stride;
/** Samples that are compared with themselves, 40 ms. */
const length = 0.04 * rate;
/** From one look to the next, 10 ms: a frame of the levels. */
const hop = 0.01 * rate;
/** Voices lie between 70 and 400 Hz. */
const minLag = rate / 400;
const maxLag = Math.floor(rate / 70);
/** Frames of less than this below the loud ones are looked at, in dB. */
const range = 25;
/** Correlation from which on there is a pitch. */
const minStrength = 0.6;
/** Pitch is compared over this many frames. */
const step = 3;
/** A glide moves by so many semitones in that time; what moves further is a jump. */
const [minGlide, maxGlide] = [0.15, 3];
/** With fewer steps to compare nothing is known. */
const minSteps = 20;

/** How the pitch of a stretch moves. */
export interface Glides {
  /** Of the steps between frames with a pitch, the share that glide. */
  share: number;
  /** Of all frames, the share that glide. */
  time: number;
}

/** Follows the pitch by autocorrelation; `levels` are those of the samples' frames, in dB. */
export function pitchGlides(samples: Float32Array, levels: Float32Array): Glides {
  const count = Math.max(0, Math.floor((samples.length / stride - length) / hop));
  const loud = levels.toSorted()[Math.floor(levels.length * 0.95)] ?? 0;
  const pitches = Float64Array.from({ length: count }, (_, frame) =>
    levels[frame]! > loud - range ? pitchAt(samples, frame * hop * stride) : 0,
  );
  let [steps, glides] = [0, 0];
  for (let frame = step; frame < count; frame++) {
    if (pitches.subarray(frame - step, frame + 1).includes(0)) continue;
    steps++;
    const moved = 12 * Math.abs(Math.log2(pitches[frame]! / pitches[frame - step]!));
    if (moved > minGlide && moved < maxGlide) glides++;
  }
  return {
    share: steps < minSteps ? 0 : glides / steps,
    time: count === 0 ? 0 : glides / count,
  };
}

const hann = Float64Array.from(
  { length },
  (_, index) => 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / (length - 1)),
);

/** The sum of each product of two samples that are `lag` apart. */
function correlation(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < length; i++) sum += values[i]! * values[i - lag]!;
  return sum;
}

/** What the window alone does to a correlation. */
const windowCorrelation = Float64Array.from(
  { length: maxLag + 1 },
  (_, lag) => correlation(hann, lag) / correlation(hann, 0),
);

const windowed = new Float64Array(length);

/** The pitch of 40 ms in Hz, 0 for none. */
function pitchAt(samples: Float32Array, start: number): number {
  let mean = 0;
  for (let i = 0; i < length; i++) mean += samples[start + i * stride]!;
  mean /= length;
  for (let i = 0; i < length; i++) windowed[i] = (samples[start + i * stride]! - mean) * hann[i]!;
  const energy = correlation(windowed, 0);
  let [best, strength] = [0, 0];
  for (let lag = minLag; lag <= maxLag; lag++) {
    const found = correlation(windowed, lag) / windowCorrelation[lag]!;
    if (found > strength) [best, strength] = [lag, found];
  }
  return strength > minStrength * energy ? rate / best : 0;
}
