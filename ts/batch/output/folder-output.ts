import { access, link, mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AsrError } from "../../contract/errors.ts";
import { whyUnread } from "../../contract/unread.ts";
import { codeOf, whyUnwritten } from "../../contract/unwritten.ts";
import type { Output } from "./output.ts";

/** A folder, on a disk or a file system that machines share. */
export class FolderOutput implements Output {
  readonly name: string;

  constructor(folder: string) {
    this.name = folder;
  }

  async get(key: string): Promise<string | undefined> {
    return await this.#unlessMissing(key, (path) => readFile(path, "utf8"));
  }

  async has(key: string): Promise<boolean> {
    return await access(join(this.name, key)).then(
      () => true,
      () => false,
    );
  }

  async names(key: string): Promise<string[]> {
    return (await this.#unlessMissing(key, (path) => readdir(path))) ?? [];
  }

  async put(key: string, text: string): Promise<boolean> {
    return await this.#written(key, text, async (draft, path) => {
      try {
        // A hard link takes a name only where it is free: the first one stays.
        await link(draft, path);
        return true;
      } catch (error) {
        if (codeOf(error) === "EEXIST") return false;
        if (!noLinks.includes(codeOf(error) ?? "")) throw error;
      }
      if (await this.has(key)) return false;
      await rename(draft, path);
      return true;
    });
  }

  async replace(key: string, text: string): Promise<void> {
    await this.#written(key, text, async (draft, path) => {
      await rename(draft, path);
      return true;
    });
  }

  async #written(
    key: string,
    text: string,
    place: (draft: string, path: string) => Promise<boolean>,
  ): Promise<boolean> {
    const path = join(this.name, key);
    const draft = join(this.name, "_tmp", `${basename(key)}.${crypto.randomUUID()}`);
    try {
      await mkdir(dirname(path), { recursive: true });
      await mkdir(dirname(draft), { recursive: true });
      try {
        await using file = await open(draft, "wx");
        await file.writeFile(text);
        await file.sync();
        return await place(draft, path);
      } finally {
        await rm(draft, { force: true });
      }
    } catch (error) {
      const message = `${path}: cannot be written: ${whyUnwritten(error)}`;
      throw new AsrError("output", message, undefined, { cause: error });
    }
  }

  async #unlessMissing<T>(key: string, read: (path: string) => Promise<T>): Promise<T | undefined> {
    const path = join(this.name, key);
    try {
      return await read(path);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw new AsrError("output", `${path}: ${whyUnread(error)}`, undefined, { cause: error });
    }
  }
}

/** What a file system answers that has no hard links. */
const noLinks = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"];
