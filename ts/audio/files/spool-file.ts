import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { AsrError, messageOf } from "../../contract/errors.ts";
import { diskSpace, isNearlyFull, saysFull } from "./disk-space.ts";

/** How many bytes are written before the disk is looked at again. */
const lookEvery = 1 << 24;

/** A new file that its owner alone can read, written while the disk has room. */
export class SpoolFile implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #folder: string;
  readonly #name: string;
  readonly #spaceOf: typeof diskSpace;
  #written = 0;
  #lookAt = 0;

  private constructor(file: FileHandle, path: string, name: string, spaceOf: typeof diskSpace) {
    this.#file = file;
    this.#folder = dirname(path);
    this.#name = name;
    this.#spaceOf = spaceOf;
  }

  /** Throws AsrError `input` where there can be none; `name` is what its bytes are called. */
  static async create(
    path: string,
    name: string,
    spaceOf: typeof diskSpace = diskSpace,
  ): Promise<SpoolFile> {
    try {
      return new SpoolFile(await open(path, "wx", 0o600), path, name, spaceOf);
    } catch (error) {
      throw unkept(error, dirname(path), name);
    }
  }

  /** Bytes that were written. */
  get size(): number {
    return this.#written;
  }

  /** Throws AsrError `input` where the disk has no room left, or hardly any. */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      if (this.#written >= this.#lookAt) {
        const space = await this.#spaceOf(this.#folder);
        if (space !== undefined && isNearlyFull(space)) throw noRoom(this.#folder, this.#name);
        this.#lookAt = this.#written + lookEvery;
      }
      for (let at = 0; at < bytes.length; ) {
        at += (await this.#file.write(bytes, at)).bytesWritten;
      }
      this.#written += bytes.length;
    } catch (error) {
      throw unkept(error, this.#folder, this.#name);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

function unkept(error: unknown, folder: string, name: string): AsrError {
  if (error instanceof AsrError) return error;
  if (saysFull(error)) return noRoom(folder, name);
  const message = `${name}: cannot be kept in ${folder}: ${messageOf(error)}`;
  return new AsrError("input", message, undefined, { cause: error });
}

function noRoom(folder: string, name: string): AsrError {
  const message = `${name}: there is no room for it in the temporary folder ${dirname(folder)}`;
  return new AsrError("input", message, "make room, or set TMPDIR to a folder that has more");
}
