import type { AudioStream } from "../audio/recording.ts";
import { openAudio } from "../audio/input.ts";
import { openPcm, openSamples } from "../audio/pcm.ts";
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
      return await openAudio(ReadableStream.from(blocks(next, isBytes)), input.name);
    case "samples":
      return openPcm(blocks(next, isSamples), input, input.name);
  }
}

async function* blocks<Block>(
  next: NextBlock,
  isBlock: (value: Uint8Array | Float32Array) => value is Block & (Uint8Array | Float32Array),
): AsyncGenerator<Block, void, undefined> {
  for (;;) {
    const block = await next();
    if (block === undefined) return;
    if (isBlock(block)) yield block;
  }
}

function isBytes(value: Uint8Array | Float32Array): value is Uint8Array {
  return value instanceof Uint8Array;
}

function isSamples(value: Uint8Array | Float32Array): value is Float32Array {
  return value instanceof Float32Array;
}
