import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AsrError } from "../ts/contract/errors.ts";
import { depsFolder } from "./folders.ts";
import { ffmpegWheel } from "./pins.ts";
import { installWheels, isInstalled, type Report } from "./wheels.ts";

/** So long a fetch that failed is not tried again unasked: what works without is not held up. */
const patienceMs = 3_600_000;

/** Where the fetch and the machine's own ffmpeg are looked for; tests look elsewhere. */
export interface FfmpegPlaces {
  /** Whether there is one already. */
  isHere?: () => boolean;
  fetch?: (report: Report) => Promise<void>;
  /** Its time stamp says when a fetch failed last. */
  failure?: string;
  /** Whether the user asks for it: then it is tried at once. */
  asked?: boolean;
}

/**
 * Fetches ffmpeg where the machine has none. A failure is a note, not an error: WAV at 16 kHz is
 * read without, and other audio is refused by the one who reads it.
 */
export async function fetchFfmpeg(
  report: Report,
  {
    isHere = isFfmpegHere,
    fetch = (onLine) => installWheels([ffmpegWheel], onLine),
    failure = join(depsFolder, "imageio-ffmpeg.failed"),
    asked = false,
  }: FfmpegPlaces = {},
): Promise<void> {
  if (isHere() || (!asked && failedLately(failure))) return;
  try {
    await fetch(report);
    rmSync(failure, { force: true });
  } catch (error) {
    if (!(error instanceof AsrError)) throw error;
    mkdirSync(join(failure, ".."), { recursive: true });
    writeFileSync(failure, `${error.oneLine}\n`);
    report(`setup: no ffmpeg, only WAV at 16 kHz can be read: ${error.message}`);
    report("setup: ./bunw run setup tries it again");
  }
}

function isFfmpegHere(): boolean {
  if (process.env["FFMPEG"] || Bun.which("ffmpeg") !== null) return true;
  return isInstalled(ffmpegWheel);
}

function failedLately(path: string): boolean {
  return existsSync(path) && Date.now() - statSync(path).mtimeMs < patienceMs;
}
