import { rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { SpoolFile } from "../../audio/files/spool-file.ts";
import { temporaryFolder } from "../../audio/files/temporary.ts";
import { AsrError } from "../../contract/errors.ts";
import { outOfFiles } from "../http/causes.ts";
import { Problem, problemOf } from "../http/problem.ts";

/**
 * A recording that a client sends: a file that its owner alone can read, in a folder of its own,
 * removed when it is disposed of. Its methods throw `Problem` 507 where the disk has no room.
 */
export class UploadedFile implements AsyncDisposable {
  readonly #folder: string;
  readonly #spool: SpoolFile;
  readonly path: string;
  /** What messages call it; nothing on disk is named so. */
  readonly name: string;

  private constructor(folder: string, spool: SpoolFile, path: string, name: string) {
    this.#folder = folder;
    this.#spool = spool;
    this.path = path;
    this.name = name;
  }

  static async create(name: string): Promise<UploadedFile> {
    return await kept(async () => {
      const folder = await temporaryFolder(loggedName);
      const path = join(folder, "audio");
      try {
        return new UploadedFile(folder, await SpoolFile.create(path, loggedName), path, name);
      } catch (error) {
        await removed(folder, path);
        throw error;
      }
    });
  }

  /** In bytes. */
  get size(): number {
    return this.#spool.size;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await kept(() => this.#spool.write(bytes));
  }

  /** All of it has come. */
  async close(): Promise<void> {
    await this.#spool[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.close();
    } finally {
      await removed(this.#folder, this.path);
    }
  }
}

/** What the log calls an upload: it tells no names. */
const loggedName = "an upload";

/** Removes what there is of a file and its folder, also while no more files can be opened. */
async function removed(folder: string, path: string): Promise<void> {
  await rm(path, { force: true });
  // An empty folder that stays now is removed when the process ends.
  await rmdir(folder).catch(() => undefined);
}

/** What fails says where: that is for who runs the server, not for its clients. */
async function kept<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof AsrError)) throw error;
    if (outOfFiles(error) !== undefined) throw problemOf(error);
    const message = "the server has no room for the upload";
    const details = { code: "no_room", headers: {}, fault: error };
    throw new Problem(507, message, details);
  }
}
