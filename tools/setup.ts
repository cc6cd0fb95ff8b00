import { build, isBuilt } from "./build.ts";
import { wheels } from "./pins.ts";
import { installWheels, isInstalled, type Report } from "./wheels.ts";

/**
 * Fetches and builds what is missing. When nothing is, this takes milliseconds and touches no
 * network.
 */
export async function prepare(report: Report = toStderr): Promise<void> {
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
