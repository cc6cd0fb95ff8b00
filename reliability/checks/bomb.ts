import { join } from "node:path";
import { Asr } from "../../ts/asr.ts";
import { findFfmpeg } from "../../ts/audio/ffmpeg/program.ts";
import { demoSample } from "../../ts/native/locate.ts";
import type { Check, Random, Trials } from "../check.ts";
import { childrenOf, withoutProc } from "../children.ts";
import { between } from "../random.ts";

export const check: Check = {
  number: 7,
  title: "decompression bombs",
  tries:
    "small files that become hours of silence, 8 channels at 192 kHz, or begin after 8 hours: " +
    "transcribed in bounded memory; after an abort at some moment ffmpeg is gone within 1 s",
  inputs: 12,
  inputsOfTest: 1,
  hangMs: 900_000,
  notRun: withoutProc,
};

const maxGrowthMb = 64 + 64;

interface Bomb {
  name: string;
  /** What ffmpeg makes it of. */
  source: readonly string[];
  seconds: number;
  /** When it is given up; undefined to hear it to its end. */
  abortMs: number | undefined;
}

const silence = (seconds: number, layout = "r=16000:cl=mono") =>
  ["-f", "lavfi", "-i", `anullsrc=${layout}:d=${seconds}`] as const;
const night = 8 * 3600;
/** A picture from the start, and sound after a night. */
const late = [
  ...["-f", "lavfi", "-i", "color=s=16x16:r=1:d=9", "-itsoffset", String(night)],
  ...["-i", demoSample, "-map", "0:v", "-map", "1:a", "-c:v", "mpeg4"],
];

const kinds = [
  { name: "wide.flac", source: silence(60, "r=192000:cl=7.1"), seconds: 60 },
  { name: "hour.flac", source: silence(3600), seconds: 3600 },
  { name: "hour.ogg", source: silence(3600), seconds: 3600 },
  { name: "night.flac", source: silence(night), seconds: night },
  { name: "late.mkv", source: late, seconds: night + 5 },
];

/** Transcribes bombs with the demo. */
export async function open(folder: string): Promise<Trials<Bomb>> {
  const asr = await Asr.load("demo");
  const counts = { grownMb: 0, goneMs: 0, heard: 0 };
  await asr.transcribe({ samples: new Float32Array(16_000 * 60), sampleRate: 16_000 });
  const startMb = memoryMb();

  async function judge({ name, source, seconds, abortMs }: Bomb): Promise<string | undefined> {
    const path = join(folder, name);
    if (!(await Bun.file(path).exists())) await make(path, source);
    const signal = abortMs === undefined ? undefined : AbortSignal.timeout(abortMs);
    try {
      const { duration } = await asr.transcribe(path, { signal });
      counts.heard++;
      if (Math.abs(duration - seconds) > 1) return `heard ${duration} s of ${seconds} s`;
    } catch (error) {
      if (signal?.aborted !== true) throw error;
      const aborted = performance.now();
      while (childrenOf(process.pid).length > 0) {
        if (performance.now() - aborted > 1000) return "ffmpeg outlives the call by 1 s";
        await Bun.sleep(10);
      }
      counts.goneMs = Math.max(counts.goneMs, performance.now() - aborted);
    }
    counts.grownMb = Math.max(counts.grownMb, memoryMb() - startMb);
    return counts.grownMb > maxGrowthMb ? `grew by ${counts.grownMb.toFixed(0)} MB` : undefined;
  }

  function input(random: Random, index: number): Bomb {
    const kind = kinds[index % kinds.length]!;
    return { ...kind, abortMs: index < kinds.length ? undefined : between(random, 1, 1500) };
  }

  return {
    input,
    judge,
    figures: () => [
      `${counts.heard} heard to their ends, grew by ${counts.grownMb.toFixed(0)} MB at most`,
      `ffmpeg gone ${counts.goneMs.toFixed(0)} ms after an abort at most`,
    ],
    close: () => asr.close(),
  };
}

function memoryMb(): number {
  return process.memoryUsage.rss() / 1e6;
}

async function make(path: string, source: readonly string[]): Promise<void> {
  const command = [await findFfmpeg(), "-v", "error", "-nostdin", ...source, "-strict", "-2", path];
  const child = Bun.spawn(command, { stdin: "ignore", stderr: "pipe" });
  if ((await child.exited) !== 0) throw new Error(await child.stderr.text());
}
