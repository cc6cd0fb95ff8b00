import type { Span } from "../../contract/transcript.ts";
import { sampleRate } from "../samples/recording.ts";

/** Energy is judged in frames of 10 ms. */
const frameLength = sampleRate / 100;
export const framesPerSecond = sampleRate / frameLength;

/** Never speech, in dB of full scale: below the noise of any microphone. */
const inaudible = -70;
/** Sound stands at least so far above the quietest tenth, in dB. */
const minContrast = 6;
/** And above it by this part of the distance to the loudest twentieth. */
const contrast = 0.3;
/** A shorter gap is a stop consonant or a breath, in frames. */
const minPauseFrames = 20;
/** A shorter sound is a click, in frames. */
const minSoundFrames = 5;
/** Kept around sound, where weak consonants are, in frames. */
const margin = 5;

/**
 * Where there is sound that may be speech, in seconds from the first sample: frames whose energy
 * stands above the recording's own noise, with short gaps closed. Steady sound counts as speech:
 * this tells pauses apart, not voices from music. `noise` is the level of the noise in dB, where it
 * is known from earlier audio: sound of that level is no speech.
 */
export function speechSpans(samples: Float32Array, noise?: number): Span[] {
  const levels = frameLevels(samples);
  const threshold = soundThreshold(levels, noise);
  const spans: { start: number; end: number }[] = [];
  for (let frame = 0; frame < levels.length; frame++) {
    if (levels[frame]! < threshold) continue;
    const last = spans.at(-1);
    if (last !== undefined && frame - last.end < minPauseFrames) last.end = frame + 1;
    else spans.push({ start: frame, end: frame + 1 });
  }
  const duration = samples.length / sampleRate;
  return spans
    .filter(({ start, end }) => end - start >= minSoundFrames)
    .map(({ start, end }) => ({
      start: Math.max(0, (start - margin) / framesPerSecond),
      end: Math.min(duration, (end + margin) / framesPerSecond),
    }));
}

/** Samples that swing by less than this around their mean are never speech. */
const minAudiblePeak = 10 ** (inaudible / 20);

/** Whether there is nothing to hear at all, as in a muted recording. */
export function isInaudible(samples: Float32Array): boolean {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < samples.length; i++) {
    low = Math.min(low, samples[i]!);
    high = Math.max(high, samples[i]!);
  }
  return high - low < 2 * minAudiblePeak;
}

/** Mean energy of each frame, in dB of full scale. */
export function frameLevels(samples: Float32Array): Float32Array {
  return frameEnergies(samples).map(decibels);
}

function decibels(energy: number): number {
  return 10 * Math.log10(energy + 1e-12);
}

/** Frames on each side whose mean is taken for a constant that no one hears. */
const offsetFrames = 25;

/**
 * Mean energy of each frame, around the mean of half a second: cheap sound cards add a constant,
 * which would drown the pauses, and which may come and go within a recording.
 */
function frameEnergies(samples: Float32Array): Float32Array {
  const count = Math.ceil(samples.length / frameLength);
  const means = new Float64Array(count);
  const energies = new Float32Array(count);
  for (let frame = 0; frame < count; frame++) {
    const end = Math.min(samples.length, (frame + 1) * frameLength);
    let [sum, squares] = [0, 0];
    for (let i = frame * frameLength; i < end; i++) {
      sum += samples[i]!;
      squares += samples[i]! * samples[i]!;
    }
    means[frame] = sum / (end - frame * frameLength);
    energies[frame] = squares / (end - frame * frameLength);
  }
  let [from, to, sum] = [0, 0, 0];
  for (let frame = 0; frame < count; frame++) {
    while (to < Math.min(count, frame + offsetFrames + 1)) sum += means[to++]!;
    while (from < frame - offsetFrames) sum -= means[from++]!;
    const offset = sum / (to - from);
    const around = energies[frame]! - offset * (2 * means[frame]! - offset);
    // The half second of a silent frame may have sound, whose mean is only nearly 0.
    energies[frame] = Math.max(0, Math.min(energies[frame]!, around));
  }
  return energies;
}

/** Level in dB of full scale. */
export function levelOf(samples: Float32Array): number {
  const energies = frameEnergies(samples);
  return decibels(energies.reduce((sum, energy) => sum + energy, 0) / Math.max(1, energies.length));
}

function soundThreshold(levels: Float32Array, noise = inaudible - minContrast): number {
  const sorted = levels.toSorted();
  const quiet = sorted[Math.floor(sorted.length * 0.1)] ?? 0;
  const loud = sorted[Math.floor(sorted.length * 0.95)] ?? 0;
  const min = Math.max(inaudible, noise + minContrast);
  // Without pauses there is no floor to measure from.
  if (loud - quiet < minContrast) return min;
  return Math.max(min, quiet + Math.max(minContrast, contrast * (loud - quiet)));
}

/** The official splitter looks at 100 ms at a time, too. */
const quietFrames = 10;

/**
 * The best place to cut between two samples: the middle of the longest stretch that is about as
 * quiet as the quietest 100 ms. (The official splitter takes the quietest 100 ms itself, which in a
 * clean recording is any of many, and often the edge of a word.)
 */
export function quietestCut(samples: Float32Array, from: number, to: number): number {
  const energies = frameEnergies(samples.subarray(from, to));
  if (energies.length <= quietFrames) return Math.floor((from + to) / 2);
  const sums = new Float64Array(energies.length - quietFrames + 1);
  for (let i = 0; i < quietFrames; i++) sums[0]! += energies[i]!;
  for (let i = 1; i < sums.length; i++) {
    sums[i] = Math.max(0, sums[i - 1]! - energies[i - 1]! + energies[i + quietFrames - 1]!);
  }
  // 6 dB above the quietest, or inaudible.
  const limit = Math.max(4 * Math.min(...sums), quietFrames * 10 ** (inaudible / 10));
  let best = { start: 0, length: 0 };
  for (let start = 0; start < sums.length; start++) {
    let length = 0;
    while (start + length < sums.length && sums[start + length]! <= limit) length++;
    if (length > best.length) best = { start, length };
    start += length;
  }
  const middle = best.start + (best.length - 1 + quietFrames) / 2;
  return from + Math.round(middle * frameLength);
}
