import { constants } from "node:fs";
import { type FileHandle, open, readFile, rm } from "node:fs/promises";
import { CryptoHasher } from "bun";

/**
 * A file that is fetched in blocks of equal size, in any order. A journal beside it has the hash of
 * each block that was written, so that the next process keeps what this one wrote, whenever and
 * however it ended: a block counts only if it is in the journal and in the file alike.
 */
export class PartialFile {
  /** Number of blocks. */
  readonly blocks: number;
  readonly #path: string;
  readonly #size: number;
  readonly #blockBytes: number;
  readonly #file: FileHandle;
  readonly #journal: FileHandle;
  readonly #written = new Set<number>();

  private constructor(
    path: string,
    size: number,
    blockBytes: number,
    file: FileHandle,
    journal: FileHandle,
  ) {
    this.#path = path;
    this.#size = size;
    this.#blockBytes = blockBytes;
    this.#file = file;
    this.#journal = journal;
    this.blocks = Math.ceil(size / blockBytes);
  }

  /** Opens or makes the file at `path` and finds the blocks that it has already. */
  static async open(path: string, size: number, blockBytes: number): Promise<PartialFile> {
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o666);
    try {
      const journal = await open(journalOf(path), "a+");
      const partial = new PartialFile(path, size, blockBytes, file, journal);
      try {
        await partial.#recover();
        return partial;
      } catch (error) {
        await journal.close();
        throw error;
      }
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Bytes that are written. */
  get bytes(): number {
    return [...this.#written].reduce((sum, block) => sum + this.lengthOf(block), 0);
  }

  has(block: number): boolean {
    return this.#written.has(block);
  }

  /** Length of a block; the last one may be shorter. */
  lengthOf(block: number): number {
    return Math.min(this.#blockBytes, this.#size - block * this.#blockBytes);
  }

  /** Writes a block, then its line in the journal. */
  async write(block: number, bytes: Uint8Array): Promise<void> {
    await writeAll(this.#file, bytes, block * this.#blockBytes);
    await this.#journal.write(`${block} ${sha256(bytes)}\n`);
    this.#written.add(block);
  }

  /** Forgets everything. */
  async restart(): Promise<void> {
    this.#written.clear();
    await this.#journal.truncate(0);
    await this.#journal.write(this.#head);
    await this.#file.truncate(0);
  }

  /** Puts everything on the disk: a file that is renamed before that may be empty after a crash. */
  async sync(): Promise<void> {
    await this.#file.sync();
  }

  async close(): Promise<void> {
    await this.#file.close();
    await this.#journal.close();
  }

  /** Removes what `path` and its journal left. */
  static async remove(path: string): Promise<void> {
    await rm(path, { force: true });
    await rm(journalOf(path), { force: true });
  }

  get #head(): string {
    return `bun-asr blocks 1 ${this.#size} ${this.#blockBytes}\n`;
  }

  async #recover(): Promise<void> {
    const text = await readFile(journalOf(this.#path), "utf8");
    if (!text.startsWith(this.#head)) return await this.restart();
    // A line counts when it is whole, with its end.
    for (const [, block, hash] of text.matchAll(/^(\d{1,9}) ([0-9a-f]{64})\n/gm)) {
      const index = Number(block);
      if (index >= this.blocks) continue;
      const bytes = new Uint8Array(this.lengthOf(index));
      const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, index * this.#blockBytes);
      if (bytesRead === bytes.length && sha256(bytes) === hash) this.#written.add(index);
    }
    // A line that a kill cut must not run into the next one.
    if (!text.endsWith("\n")) await this.#journal.write("\n");
  }
}

function journalOf(path: string): string {
  return `${path}.journal`;
}

function sha256(bytes: Uint8Array): string {
  return new CryptoHasher("sha256").update(bytes).digest("hex");
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}
