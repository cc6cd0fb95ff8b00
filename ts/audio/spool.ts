import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AsrError, messageOf } from "../contract/errors.ts";
import { openFile } from "./file.ts";
import type { AudioStream } from "./recording.ts";

/**
 * Opens the bytes of a file as they come in a stream, however many: they go through a temporary
 * file, because a WAV may tell its length last and MP4 cannot be read from a pipe. It lives until
 * the samples have been read.
 */
export async function spooled(
  stream: AsyncIterable<Uint8Array>,
  name: string,
): Promise<AudioStream> {
  // Only the owner can enter a folder of mkdtemp.
  const folder = await mkdtemp(join(tmpdir(), "bun-asr-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, "audio");
    await writeAll(stream, path, name);
    const opened = await openFile(path, name);
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
