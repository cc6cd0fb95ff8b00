import { statSync } from "node:fs";
import { openAudio } from "../../audio/input.ts";
import { openLive } from "../../audio/live-input.ts";
import { openPcm, openSamples, pcmBlocks } from "../../audio/pcm.ts";
import type { AudioStream } from "../../audio/recording.ts";
import type { WireInput } from "../protocol.ts";

/** Asks the caller's thread for the next block; undefined at the end. */
export type NextBlock = () => Promise<Uint8Array | Float32Array | undefined>;

/** Whether an input comes to be while it is read. */
export function isStream(input: WireInput): boolean {
  switch (input.kind) {
    case "path":
      return isPipe(input.path);
    case "bytes":
      return input.isStream;
    case "pcm":
      return true;
    case "samples":
    case "whole":
    case "wholeSamples":
      return false;
  }
}

function isPipe(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

/** Opens an input that the caller's thread holds; `live` hears a stream as it comes. */
export async function openWireInput(
  input: WireInput,
  next: NextBlock,
  live = false,
): Promise<AudioStream> {
  switch (input.kind) {
    case "path":
      return live && isPipe(input.path)
        ? openLive(Bun.file(input.path).stream(), input.path)
        : await openAudio(input.path);
    case "whole":
      return await openAudio(input.bytes);
    case "wholeSamples":
      return openSamples(input);
    case "bytes":
      return live
        ? openLive(bytesFrom(next), input.name)
        : await openAudio(bytesFrom(next), input.name);
    case "pcm":
      return openPcm(pcmBlocks({ ...input, stream: bytesFrom(next) }), input, input.name);
    case "samples":
      return openPcm(samplesFrom(next), input, input.name);
  }
}

async function* bytesFrom(next: NextBlock): AsyncGenerator<Uint8Array, void, undefined> {
  for (let block = await next(); block !== undefined; block = await next()) {
    if (block instanceof Uint8Array) yield block;
  }
}

async function* samplesFrom(next: NextBlock): AsyncGenerator<Float32Array, void, undefined> {
  for (let block = await next(); block !== undefined; block = await next()) {
    if (block instanceof Float32Array) yield block;
  }
}
