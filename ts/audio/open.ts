import type { NextBlock } from "./blocks.ts";
import { openFile } from "./file.ts";
import { type AudioInput, classify, type InputDescription } from "./input.ts";
import { openLive } from "./live-input.ts";
import { openPcm } from "./pcm.ts";
import { type AudioStream, type Recording, wholeRecording } from "./recording.ts";
import { spooled } from "./spool.ts";

/**
 * Opens an input by its description; `next` gives its bytes. With `live`, what comes to be while it
 * is read is heard as it comes; otherwise it is read to its end before.
 */
export async function openInput(
  input: InputDescription,
  next: NextBlock,
  live = false,
): Promise<AudioStream> {
  const { name } = input;
  switch (input.kind) {
    case "path": {
      if (!input.isStream) return await openFile(input.path, name);
      const stream = Bun.file(input.path).stream();
      return live ? openLive(stream, name) : await spooled(stream, name);
    }
    case "bytes":
      return live ? openLive(bytesFrom(next), name) : await spooled(bytesFrom(next), name);
    case "pcm":
      return openPcm(next, input);
  }
}

async function* bytesFrom(next: NextBlock): AsyncGenerator<Uint8Array, void, undefined> {
  for (let block = await next(); block !== undefined; block = await next()) yield block;
}

/** Opens an input on the thread that holds it. */
export async function openAudio(input: AudioInput): Promise<AudioStream> {
  const { description, content } = classify(input);
  const next = async () => (await content?.blocks.next())?.value;
  return await openInput(description, next);
}

/** Reads a whole recording. */
export async function loadAudio(input: AudioInput): Promise<Recording> {
  return await wholeRecording(await openAudio(input));
}
