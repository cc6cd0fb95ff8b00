import { type FileHandle, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AsrError, messageOf } from "../../contract/errors.ts";
import { type Range, wholeRange } from "../samples/checked.ts";
import type { DecodedStream } from "../samples/recording.ts";
import type { TrackChoice } from "../tracks/track-language.ts";
import { diskSpace, isNearlyFull, saysFull } from "./disk-space.ts";
import { openFile } from "./file.ts";
import { temporaryFolder } from "./temporary.ts";

/**
 * Opens the bytes of a file as they come in a stream, however many: they go through a temporary
 * file, because a WAV may tell its length last and MP4 cannot be read from a pipe. It lives until
 * the samples have been read. Only `range` is heard. Throws AsrError `input` where the disk has no
 * room for it.
 */
export async function spooled(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  range: Range = wholeRange,
  track: TrackChoice = "default",
): Promise<DecodedStream> {
  const folder = await temporaryFolder(name);
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, "audio");
    await writeSpool(stream, path, name);
    const opened = await openFile(path, name, range, track);
    opened.blocks = thenRemove(opened.blocks, remove);
    return opened;
  } catch (error) {
    await remove();
    throw error;
  }
}

/** How many bytes are written before the disk is looked at again. */
const lookEvery = 1 << 24;

/** Writes the parts of a stream to a new file while the disk has room. */
export async function writeSpool(
  stream: AsyncIterable<Uint8Array>,
  path: string,
  name: string,
  spaceOf: typeof diskSpace = diskSpace,
): Promise<void> {
  const folder = dirname(path);
  const file = await open(path, "wx", 0o600);
  let written = 0;
  let lookAt = 0;
  try {
    for await (const part of fromSource(stream, name)) {
      if (written >= lookAt) {
        const space = await spaceOf(folder);
        if (space !== undefined && isNearlyFull(space)) throw noRoom(name, folder);
        lookAt = written + lookEvery;
      }
      await writeAll(file, part);
      written += part.length;
    }
  } catch (error) {
    if (error instanceof AsrError) throw error;
    if (saysFull(error)) throw noRoom(name, folder);
    throw new AsrError("input", `${name}: cannot be kept in ${folder}: ${messageOf(error)}`);
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
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

function noRoom(name: string, folder: string): AsrError {
  const message = `${name}: there is no room for it in the temporary folder ${dirname(folder)}`;
  return new AsrError("input", message, "make room, or set TMPDIR to a folder that has more");
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
