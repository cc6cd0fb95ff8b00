import type { Need } from "../ts/cli/commands/command.ts";
import { build, isBuilt } from "./build.ts";
import { fetchFfmpeg } from "./ffmpeg.ts";
import { wheels } from "./pins.ts";
import { installWheels, isInstalled, type Report } from "./wheels.ts";

/** Fetches and builds what a command needs and what is missing. */
export async function prepare(needs: readonly Need[], report: Report = toStderr): Promise<void> {
  // A library that the user brings stands in for the clone's build.
  if (needs.includes("library") && !process.env["BUN_ASR_LIBRARY"]) await prepareLibrary(report);
  if (needs.includes("ffmpeg")) await fetchFfmpeg(report);
}

/** When nothing is missing, this takes milliseconds and touches no network. */
export async function prepareLibrary(report: Report = toStderr): Promise<void> {
  if (wheels.every(isInstalled) && isBuilt()) return;
  const started = performance.now();
  await installWheels(wheels, report);
  await build(report);
  report(`setup: ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** The report of the command line: results go to stdout, everything else to stderr. */
export function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
