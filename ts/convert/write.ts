import { type FileHandle, open } from "node:fs/promises";
import { AsrError } from "../contract/errors.ts";
import type { PlannedTensor, Shard } from "./plan.ts";
import { layOut } from "./safetensors.ts";
import { convertedBytes, convertTensor } from "./tensor.ts";

/** How a shard is written. */
export interface WriteOptions {
  /** Whose order of axes it is, as the file's metadata say. */
  format: "mlx" | "pt";
  /** Most bytes of a tensor that are in memory at once; a single row may be more. */
  blockBytes: number;
  /** Called before each block with the bytes of the source that were read for the last one. */
  beforeBlock(bytesRead: number): void;
}

/**
 * Writes one file of the result, block by block of rows: where each tensor goes is known from the
 * shapes, so nothing waits in memory.
 */
export async function writeShard(path: string, shard: Shard, options: WriteOptions): Promise<void> {
  const forms = new Map(shard.tensors.flatMap(({ parts }) => parts.map((it) => [it.name, it])));
  const { head, offsets } = layOut(forms, { format: options.format });
  const scratch = { block: new Scratch(), result: new Scratch() };
  const file = await open(path, "wx");
  try {
    await writeAll(file, head, 0);
    for (const planned of shard.tensors) {
      const positions = planned.parts.map(({ name }) => offsets.get(name)!);
      await writeTensor(file, planned, positions, scratch, options);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Converts a tensor in blocks of its first axis, which no conversion moves. */
async function writeTensor(
  file: FileHandle,
  { source: { path, stored, tensor }, conversion }: PlannedTensor,
  positions: number[],
  scratch: { block: Scratch; result: Scratch },
  { blockBytes, beforeBlock }: WriteOptions,
): Promise<void> {
  const [rows, ...rest] = stored.shape as [number, ...number[]];
  const rowBytes = stored.length / rows;
  const step = Math.max(1, Math.floor(blockBytes / rowBytes));
  const input = await open(path);
  try {
    let lastRead = 0;
    for (let row = 0; row < rows; row += step) {
      beforeBlock(lastRead);
      const count = Math.min(step, rows - row);
      const block = scratch.block.take(count * rowBytes);
      await readAll(input, block, stored.offset + row * rowBytes, path);
      const part = { ...conversion, shape: [count, ...rest] };
      const result = scratch.result.take(convertedBytes(part));
      const parts = naming(`${path}: tensor ${tensor.name}`, () =>
        convertTensor(block, part, result),
      );
      for (const [index, bytes] of parts.entries()) {
        await writeAll(file, bytes, positions[index]!);
        positions[index]! += bytes.length;
      }
      lastRead = block.length;
    }
    beforeBlock(lastRead);
  } finally {
    await input.close();
  }
}

/** Memory that one block after the other uses, so that none waits to be collected. */
class Scratch {
  #bytes = new Uint8Array(0);

  /** `length` bytes of any content, good until the next call. */
  take(length: number): Uint8Array {
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(length);
    return this.#bytes.subarray(0, length);
  }
}

/** Says what an error is about. */
function naming<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof AsrError)) throw error;
    throw new AsrError(error.code, `${what}: ${error.message}`, error.hint, { cause: error });
  }
}

async function readAll(file: FileHandle, into: Uint8Array, at: number, path: string) {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, at + done);
    if (bytesRead === 0) throw new AsrError("model", `${path}: became shorter while it was read`);
    done += bytesRead;
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at + done);
    done += bytesWritten;
  }
}
