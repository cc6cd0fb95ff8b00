import { type FileHandle, open, stat } from "node:fs/promises";
import { AsrError, messageOf } from "../../contract/errors.ts";
import type { ByteSource } from "../formats/byte-source.ts";

/** What tells one state of a file from another. */
export interface FileState {
  device: number;
  inode: number;
  /** In bytes. */
  length: number;
  /** Of the last change, in milliseconds. */
  changed: number;
}

/** A file that stays the one that was opened, whatever its path comes to mean. */
export class OpenedFile implements ByteSource {
  readonly #handle: FileHandle;
  readonly #name: string;
  readonly state: FileState;

  private constructor(handle: FileHandle, name: string, state: FileState) {
    this.#handle = handle;
    this.#name = name;
    this.state = state;
  }

  /** Throws AsrError `input` where the path, which messages call `name`, cannot be opened. */
  static async open(path: string, name: string): Promise<OpenedFile> {
    try {
      const handle = await open(path, "r");
      try {
        const stats = await handle.stat();
        if (stats.isDirectory()) {
          throw new AsrError("input", `${name}: is a folder, not an audio file`);
        }
        return new OpenedFile(handle, name, stateOf(stats));
      } catch (error) {
        await handle.close();
        throw error;
      }
    } catch (error) {
      throw unopened(error, name);
    }
  }

  get length(): number {
    return this.state.length;
  }

  /** Throws AsrError `input` where the system cannot read. */
  async read(at: number, length: number): Promise<Uint8Array> {
    try {
      return await this.#read(at, length);
    } catch (error) {
      const message = `${this.#name}: cannot be read: ${messageOf(error)}`;
      throw new AsrError("input", message, undefined, { cause: error });
    }
  }

  async #read(at: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.length - at)));
    let filled = 0;
    while (filled < bytes.length) {
      const rest = bytes.length - filled;
      const { bytesRead } = await this.#handle.read(bytes, filled, rest, at + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }

  /** Whether it was written to since it was in this state. */
  async hasChangedSince(state: FileState): Promise<boolean> {
    return hasChanged(stateOf(await this.#handle.stat()), state);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** What a path leads to now; undefined for nothing. */
export async function stateAt(path: string): Promise<FileState | undefined> {
  const stats = await stat(path).catch(() => undefined);
  return stats === undefined ? undefined : stateOf(stats);
}

/** Whether two states are of one file. */
export function isSameFile(a: FileState, b: FileState): boolean {
  return a.device === b.device && a.inode === b.inode;
}

/** Whether a file was written to between two states. */
export function hasChanged(a: FileState, b: FileState): boolean {
  return a.changed !== b.changed || a.length !== b.length;
}

/** The error for a path that led to one file and now leads to another. */
export function replaced(name: string): AsrError {
  return new AsrError("input", `${name}: was replaced while it was read`, "start again");
}

/** The loss where a file was written to while it was read. */
export const changedWhileRead = "it was written to while it was read";

function stateOf(stats: { dev: number; ino: number; size: number; mtimeMs: number }): FileState {
  return { device: stats.dev, inode: stats.ino, length: stats.size, changed: stats.mtimeMs };
}

function unopened(error: unknown, name: string): AsrError {
  if (error instanceof AsrError) return error;
  const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
  const why = isMissing ? "no such file" : `cannot be opened: ${messageOf(error)}`;
  const hint = isMissing ? "check the path" : undefined;
  return new AsrError("input", `${name}: ${why}`, hint, { cause: error });
}
