import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { demoSample } from "../../ts/native/locate.ts";
import { pcm16Wav } from "../../ts/testing/wav-writer.ts";

const sampleRate = 16_000;
const headerBytes = 44;

/** The sample of the demo model, 5.15 s. */
export function sampleSpeech(): Float32Array {
  const bytes = readFileSync(demoSample).subarray(headerBytes);
  const samples = new Int16Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  );
  return Float32Array.from(samples, (sample) => sample / 32_768);
}

/** Clips of the sample in a folder, each another part of it; gives their paths. */
export function writeClips(folder: string, count: number): string[] {
  mkdirSync(folder, { recursive: true });
  const speech = sampleSpeech();
  return Array.from({ length: count }, (_, n) => {
    const from = Math.round(((n % 7) / 10) * sampleRate);
    const to = Math.round(speech.length - ((n % 5) / 4) * sampleRate);
    const path = join(folder, `clip-${n}.wav`);
    writeFileSync(path, pcm16Wav(speech.subarray(from, to)));
    return path;
  });
}

/** The sample again and again, for about this long. */
export function writeLongSpeech(path: string, seconds: number): void {
  const speech = sampleSpeech();
  const times = Math.round((seconds * sampleRate) / speech.length);
  const all = new Float32Array(times * speech.length);
  for (let n = 0; n < times; n++) all.set(speech, n * speech.length);
  writeFileSync(path, pcm16Wav(all));
}
