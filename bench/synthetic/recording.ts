import { open } from "node:fs/promises";
import { openAudio } from "../../ts/audio/open.ts";
import { sampleRate, wholeRecording } from "../../ts/audio/samples/recording.ts";
import { wavFile } from "../../ts/testing/wav-writer.ts";
import { seededRandom } from "../../ts/wer/seeded-random.ts";

/** A recording and what is said in it. */
export interface Clip {
  path: string;
  text: string;
}

/** What a long recording is made of. */
export interface JoinedOptions {
  clips: readonly Clip[];
  /** Least length; the last clip ends later. */
  minutes: number;
  /** The same seed gives the same recording. */
  seed: number;
  /** Shortest and longest pause between two clips, in seconds. */
  pauses?: readonly [min: number, max: number];
}

/** The text of a joined recording, its length in seconds, and where its clips begin in it. */
export interface Joined {
  text: string;
  duration: number;
  parts: { clip: Clip; start: number }[];
}

/** Peak of the noise in pauses: real ones are never all zeros. */
const noise = 2e-4;

/**
 * Writes one long recording to `path` (WAV, mono 16 kHz, 16 bits): the clips in shuffled order,
 * again and again, with pauses between them. Memory does not grow with its length.
 */
export async function joined(
  path: string,
  { clips, minutes, seed, pauses: [min, max] = [0.4, 2] }: JoinedOptions,
): Promise<Joined> {
  const random = seededRandom(seed);
  const file = Bun.file(path).writer();
  const parts: Joined["parts"] = [];
  let frames = 0;
  // Where the length goes is known at the end; until then it is the largest there is.
  file.write(header(0xffff_ffff - 36));
  const write = async (samples: Float32Array) => {
    file.write(Int16Array.from(samples, (x) => Math.max(-1, Math.min(1, x)) * 32_767));
    frames += samples.length;
    await file.flush();
  };
  const pause = () => {
    const length = Math.round((min + random() * (max - min)) * sampleRate);
    return Float32Array.from({ length }, () => (2 * random() - 1) * noise);
  };
  await write(pause());
  while (frames < minutes * 60 * sampleRate) {
    for (const clip of shuffled(clips, random)) {
      const { samples } = await wholeRecording(await openAudio(clip.path));
      parts.push({ clip, start: frames / sampleRate });
      await write(samples);
      await write(pause());
      if (frames >= minutes * 60 * sampleRate) break;
    }
  }
  await file.end();
  await overwriteStart(path, header(2 * frames));
  const text = parts.map(({ clip }) => clip.text).join(" ");
  return { text, duration: frames / sampleRate, parts };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

/** The head of a WAV file of so many bytes of samples. */
function header(dataBytes: number): Uint8Array {
  return wavFile({ data: new Uint8Array(0), dataSize: dataBytes, riffSize: dataBytes + 36 });
}

async function overwriteStart(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, "r+");
  await file.write(bytes, 0, bytes.length, 0);
}
