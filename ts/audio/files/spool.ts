import { rm } from "node:fs/promises";
import { join } from "node:path";
import { AsrError, messageOf } from "../../contract/errors.ts";
import type { DecodedStream } from "../samples/recording.ts";
import { diskSpace } from "./disk-space.ts";
import { type FileOptions, openFile } from "./file.ts";
import { SpoolFile } from "./spool-file.ts";
import { temporaryFolder } from "./temporary.ts";

/**
 * Opens the bytes of a file as they come in a stream, however many: they go through a temporary
 * file, because a WAV may tell its length last and MP4 cannot be read from a pipe. It lives until
 * the samples have been read. Throws AsrError `input` where the disk has no
 * room for it.
 */
export async function spooled(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  options: FileOptions = {},
): Promise<DecodedStream> {
  const folder = await temporaryFolder(name);
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, "audio");
    await writeSpool(stream, path, name);
    const opened = await openFile(path, name, options);
    opened.blocks = thenRemove(opened.blocks, remove);
    return opened;
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Writes the parts of a stream to a new file while the disk has room. */
export async function writeSpool(
  stream: AsyncIterable<Uint8Array>,
  path: string,
  name: string,
  spaceOf: typeof diskSpace = diskSpace,
): Promise<void> {
  await using file = await SpoolFile.create(path, name, spaceOf);
  for await (const part of fromSource(stream, name)) await file.write(part);
}

async function* fromSource(
  stream: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* stream;
  } catch (error) {
    if (error instanceof AsrError) throw error;
    throw new AsrError("input", `${name}: ended early: ${messageOf(error)}`, "send it again");
  }
}

async function* thenRemove(
  blocks: DecodedStream["blocks"],
  remove: () => Promise<void>,
): DecodedStream["blocks"] {
  try {
    yield* blocks;
  } finally {
    await remove();
  }
}
