import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AsrError } from "../ts/contract/errors.ts";
import { depsFolder } from "./folders.ts";
import { withLock } from "./lock.ts";
import type { Wheel } from "./pins.ts";
import { python } from "./toolchain.ts";

const workPrefix = "fetch-";

/** Says what set-up does, one line at a time. */
export type Report = (line: string) => void;

/** Whether the pinned version is unpacked. */
export function isInstalled(wheel: Wheel): boolean {
  const marker = markerOf(wheel);
  return existsSync(marker) && readFileSync(marker, "utf8") === fingerprint(wheel);
}

/**
 * Fetches and unpacks what is missing; one process at a time, and from the start if one was
 * interrupted.
 */
export async function installWheels(wheels: readonly Wheel[], report: Report): Promise<void> {
  if (wheels.every(isInstalled)) return;
  const onWait = () => report("setup: waiting for another set-up of this folder");
  await withLock(join(depsFolder, "lock"), onWait, async () => {
    for (const name of await readdir(depsFolder)) {
      if (name.startsWith(workPrefix)) await rm(join(depsFolder, name), { recursive: true });
    }
    for (const wheel of wheels) if (!isInstalled(wheel)) await install(wheel, report);
  });
}

async function install(wheel: Wheel, report: Report): Promise<void> {
  const { name, version, purpose, megabytes } = wheel;
  const interpreter = await python(purpose);
  report(`setup: fetching ${purpose} (${name} ${version}, ${megabytes} MB, once)`);
  const work = await mkdtemp(join(depsFolder, workPrefix));
  try {
    const pin = join(work, "pin.txt");
    const hashes = wheel.sha256.map((hash) => `--hash=sha256:${hash}`);
    await writeFile(pin, `${name}==${version} ${hashes.join(" ")}\n`);
    const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"];
    if (wheel.python !== undefined) options.push("--python-version", wheel.python);
    const place = ["--dest", work, "--requirement", pin];
    await run(
      [interpreter, "-m", "pip", "download", ...options, "--require-hashes", ...place],
      `pip could not fetch ${name} ${version}`,
    );
    const archive = (await readdir(work)).find((file) => file.endsWith(".whl"));
    if (archive === undefined) throw new AsrError("native", `pip left no wheel of ${name}`);
    const unpacked = join(work, "unpacked");
    await run(
      [interpreter, "-m", "zipfile", "-e", join(work, archive), unpacked],
      `the wheel of ${name} could not be unpacked`,
    );
    await makeExecutable(unpacked, wheel);
    await moveInto(depsFolder, unpacked, join(work, "replaced"));
    await writeFile(markerOf(wheel), fingerprint(wheel));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function makeExecutable(folder: string, { executables }: Wheel): Promise<void> {
  if (executables === undefined) return;
  for (const path of await readdir(folder, { recursive: true })) {
    if (executables.test(path)) await chmod(join(folder, path), 0o755);
  }
}

/**
 * Each entry appears by one rename, whole or not at all; what stood in its place goes to
 * `replaced`.
 */
async function moveInto(target: string, source: string, replaced: string): Promise<void> {
  await mkdir(replaced);
  for (const entry of await readdir(source)) {
    if (existsSync(join(target, entry))) await rename(join(target, entry), join(replaced, entry));
    await rename(join(source, entry), join(target, entry));
  }
}

async function run(command: string[], failure: string): Promise<void> {
  // Python looks for the modules of -m first where it stands: not where the user does.
  const options = { cwd: depsFolder, stdin: "ignore", stdout: "pipe", stderr: "pipe" } as const;
  const child = Bun.spawn(command, options);
  const [output, errors] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  if ((await child.exited) === 0) return;
  const reason = (errors || output).trim().split("\n").at(-1) ?? "";
  throw new AsrError(
    "native",
    `${failure}: ${reason}`,
    "check the network and the disk, then run it again",
  );
}

function markerOf({ name }: Wheel): string {
  return join(depsFolder, `${name}.installed`);
}

function fingerprint({ version, sha256 }: Wheel): string {
  return `${version} ${sha256.join(" ")}\n`;
}
