import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findFfmpeg } from "../../../ts/audio/ffmpeg/program.ts";
import { demoSample } from "../../../ts/native/locate.ts";

/** An ffmpeg that waits for so many seconds before it decodes, so that places stay taken. */
export async function slowFfmpeg(folder: string, seconds: number): Promise<string> {
  const [path, own] = [join(folder, "slow-ffmpeg"), await findFfmpeg()];
  const script = `#!/bin/sh
case "$*" in *pipe:1*) sleep ${seconds} ;; esac
exec "${own}" "$@"
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}

/** The demo's recording in a format that the servers have ffmpeg decode. */
export async function codedSample(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  const path = join(folder, "sample.flac");
  const command = [await findFfmpeg(), "-loglevel", "error", "-i", demoSample, path];
  await Bun.spawn(command, { stdin: "ignore" }).exited;
  return await Bun.file(path).bytes();
}
