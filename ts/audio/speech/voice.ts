import { sampleRate } from "../samples/recording.ts";
import type { AudioChunk } from "./chunker.ts";
import { pitchGlides } from "./pitch.ts";
import { frameLevels, framesPerSecond } from "./vad.ts";

/** A stretch of about this length is judged as a whole, in seconds. */
const stretchSeconds = 10;
/** A shorter sound does not tell what it is, in seconds. */
const minSeconds = 5;
/** So many stretches, evenly spread, stand for all of a long chunk: what is judged takes time. */
const maxStretches = 4;
/** Of a pause so much is kept on each side, in samples. */
const keptPause = 0.25 * sampleRate;

/**
 * Seconds of a chunk's sound that are most likely somebody's voice, and not music, noise or a tone;
 * 0 where less than half of it is. A rule for what would be an alarm: it rather misses a voice
 * than takes something else for one. How often it is right: bench/results/short-answers.md.
 */
export function voiceSeconds(chunk: AudioChunk): number {
  const sound = chunk.speech.reduce((sum, { start, end }) => sum + end - start, 0);
  if (sound < minSeconds) return 0;
  const samples = soundOf(chunk);
  const count = Math.max(1, Math.round(samples.length / sampleRate / stretchSeconds));
  const length = Math.floor(samples.length / count);
  const judged = Math.min(count, maxStretches);
  const voiced = Array.from({ length: judged }, (_, index) => {
    const from = Math.floor((index * count) / judged) * length;
    return isVoice(samples.subarray(from, from + length));
  });
  const share = voiced.filter(Boolean).length / judged;
  return share < 1 / 2 ? 0 : share * sound;
}

/** What sounds in a chunk, without long pauses. */
function soundOf({ samples, start, speech }: AudioChunk): Float32Array {
  const result = new Float32Array(samples.length);
  let [at, last] = [0, 0];
  for (const span of speech) {
    const from = Math.max(last, Math.round((span.start - start) * sampleRate) - keptPause);
    last = Math.min(samples.length, Math.round((span.end - start) * sampleRate) + keptPause);
    const part = samples.subarray(from, last);
    result.set(part, at);
    at += part.length;
  }
  return result.subarray(0, at);
}

/** The level of speech swings from syllable to syllable, in dB (standard deviation). */
const minSwing = 5;
/** Its beat comes back less exactly than this (autocorrelation), and drums more. */
const maxRhythm = 0.4;
/** Its pitch glides on this share of the steps of 30 ms; notes and tones stand still. */
const minGliding = 0.4;
/** And it has a pitch that glides for this share of the time. */
const minGlidingTime = 0.15;

function isVoice(samples: Float32Array): boolean {
  const levels = frameLevels(samples);
  const loudest = levels.reduce((max, level) => Math.max(max, level), Number.NEGATIVE_INFINITY);
  // What is far below does not count, however far.
  for (let i = 0; i < levels.length; i++) levels[i] = Math.max(levels[i]!, loudest - 50);
  if (swingOf(levels) < minSwing || rhythmOf(levels) > maxRhythm) return false;
  const { share, time } = pitchGlides(samples, levels);
  return share > minGliding && time > minGlidingTime;
}

/** Median over 2 s of the levels' standard deviation. */
function swingOf(levels: Float32Array): number {
  return median(windows(levels, 2 * framesPerSecond, framesPerSecond).map(deviationOf));
}

/** How exactly the levels come back after 0.25 to 2.5 s, median over 8 s. */
function rhythmOf(levels: Float32Array): number {
  const length = Math.min(levels.length, 8 * framesPerSecond);
  return median(windows(levels, length, length >> 1).map(recurrenceOf));
}

function recurrenceOf(levels: Float32Array): number {
  const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
  const product = (lag: number) => {
    let sum = 0;
    for (let i = lag; i < levels.length; i++)
      sum += (levels[i]! - mean) * (levels[i - lag]! - mean);
    return sum;
  };
  const all = product(0) + 1e-9;
  let best = Number.NEGATIVE_INFINITY;
  const maxLag = Math.min(2.5 * framesPerSecond, levels.length / 2);
  for (let lag = framesPerSecond / 4; lag < maxLag; lag++)
    best = Math.max(best, product(lag) / all);
  return best;
}

function windows(levels: Float32Array, length: number, step: number): Float32Array[] {
  const count = Math.max(0, Math.floor((levels.length - length) / step) + 1);
  return Array.from({ length: count }, (_, index) =>
    levels.subarray(index * step, index * step + length),
  );
}

function deviationOf(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return ((sorted[middle] ?? 0) + (sorted[(sorted.length - 1) >> 1] ?? 0)) / 2;
}
