import { rm } from "node:fs/promises";
import { join } from "node:path";
import { AsrError } from "../contract/errors.ts";
import { openFile } from "./files/file.ts";
import { writeSpool } from "./files/spool.ts";
import { temporaryFolder } from "./files/temporary.ts";
import { type AudioInput, type ClassifiedInput, classify } from "./input.ts";
import { tracksOfFile } from "./tracks/probe.ts";
import type { AudioTrack } from "./tracks/tracks.ts";

/**
 * The audio tracks of a recording. Needs ffmpeg. Throws AsrError `input` for what cannot be read.
 *
 * @example
 * for (const { number, language, channels } of await audioTracks("models/demo/sample.wav")) {
 *   console.log(number, language, channels);
 * }
 */
export async function audioTracks(input: AudioInput): Promise<AudioTrack[]> {
  const classified = classify(input);
  const { description } = classified;
  const { name } = description;
  if (description.kind === "pcm") {
    const { channels, sampleRate, encoding: codec } = description;
    return [{ number: 1, codec, channels, sampleRate, isDefault: false }];
  }
  if (description.kind === "path" && !description.isStream) {
    return await tracksIn(description.path, name);
  }
  const folder = await temporaryFolder(name);
  try {
    const path = join(folder, "audio");
    await writeSpool(bytesOf(classified), path, name);
    return await tracksIn(path, name);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function* bytesOf({ description, content }: ClassifiedInput): AsyncGenerator<Uint8Array> {
  yield* content?.blocks ?? Bun.file(description.name).stream();
}

async function tracksIn(path: string, name: string): Promise<AudioTrack[]> {
  // Says what is no recording at all.
  const { blocks } = await openFile(path, name);
  await blocks.return();
  const tracks = await tracksOfFile(path);
  if (tracks !== undefined) return tracks;
  throw new AsrError("input", `${name}: is no audio that ffmpeg can read`);
}
