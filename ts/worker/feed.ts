import { openAudio } from "../audio/input.ts";
import { openPcm, openSamples } from "../audio/pcm.ts";
import type { AudioStream } from "../audio/recording.ts";
import type { WireInput } from "./protocol.ts";

/** Asks the caller's thread for the next block; undefined at the end. */
export type NextBlock = () => Promise<Uint8Array | Float32Array | undefined>;

/** Opens an input that the caller's thread holds. */
export async function openWireInput(input: WireInput, next: NextBlock): Promise<AudioStream> {
  switch (input.kind) {
    case "path":
      return await openAudio(input.path);
    case "whole":
      return await openAudio(input.bytes);
    case "wholeSamples":
      return openSamples(input);
    case "bytes":
      return await openAudio(bytesFrom(next), input.name);
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
