import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AsrError, messageOf } from "../contract/errors.ts";
import type { AudioStream } from "./recording.ts";

/**
 * Bytes that ffmpeg is to read go through a temporary file, because MP4 cannot be read from a pipe.
 * The file lives until the stream has been read.
 */
export async function spooled(
  bytes: Blob,
  open: (path: string) => Promise<AudioStream>,
): Promise<AudioStream> {
  return await spooledStream(bytes.stream(), "audio bytes", open);
}

/** The same for bytes that come in a stream, however many: they are not held in memory. */
export async function spooledStream(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  open: (path: string) => Promise<AudioStream>,
): Promise<AudioStream> {
  // Only the owner can enter a folder of mkdtemp.
  const folder = await mkdtemp(join(tmpdir(), "bun-asr-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, "audio");
    await writeAll(stream, path, name);
    const opened = await open(path);
    return { ...opened, blocks: thenRemove(opened.blocks, remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function writeAll(
  stream: AsyncIterable<Uint8Array>,
  path: string,
  name: string,
): Promise<void> {
  const writer = Bun.file(path).writer();
  try {
    for await (const part of stream) {
      writer.write(part);
      await writer.flush();
    }
  } catch (error) {
    if (error instanceof AsrError) throw error;
    throw new AsrError("input", `${name}: ended early: ${messageOf(error)}`, "send it again");
  } finally {
    await writer.end();
  }
}

async function* thenRemove(
  blocks: AudioStream["blocks"],
  remove: () => Promise<void>,
): AudioStream["blocks"] {
  try {
    yield* blocks;
  } finally {
    await remove();
  }
}
