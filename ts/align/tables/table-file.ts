import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";

/** What a file of tables holds. */
export interface TableFile {
  texts: Record<string, readonly string[]>;
  numbers: Record<string, Float32Array>;
}

const magic = "bun-asr tables 1\n";
const fixedBytes = magic.length + 4 + 4 + 3;

interface Head {
  texts: Record<string, readonly string[]>;
  /** How many numbers there are of each. */
  numbers: Record<string, number>;
}

/**
 * The file as bytes: a line that names the form, the length of the head, the head as JSON, numbers
 * as float32 from a multiple of 4 on, and the checksum of all that.
 */
export function tableBytes({ texts, numbers }: TableFile): Buffer {
  const counts = Object.entries(numbers).map(([name, { length }]) => [name, length]);
  const head = Buffer.from(JSON.stringify({ texts, numbers: Object.fromEntries(counts) }));
  const start = Buffer.alloc(startOf(head.length));
  start.write(magic, "latin1");
  start.writeUInt32LE(head.length, magic.length);
  head.copy(start, magic.length + 4);
  const all = Object.values(numbers).map((array) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength),
  );
  const content = Buffer.concat([start, ...all]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(crc32(content));
  return Buffer.concat([content, checksum]);
}

/** The tables in a file's bytes; undefined where they are damaged or of another form. */
export function tablesOf(bytes: Buffer): TableFile | undefined {
  if (bytes.length < fixedBytes || bytes.toString("latin1", 0, magic.length) !== magic) return;
  const content = bytes.subarray(0, bytes.length - 4);
  if (crc32(content) !== bytes.readUInt32LE(content.length)) return undefined;
  const headBytes = bytes.readUInt32LE(magic.length);
  const headAt = magic.length + 4;
  const head: Head = JSON.parse(bytes.toString("utf8", headAt, headAt + headBytes));
  const numbers: Record<string, Float32Array> = {};
  let at = startOf(headBytes);
  for (const [name, count] of Object.entries(head.numbers)) {
    // A copy, since the bytes of a file may begin anywhere in memory.
    numbers[name] = new Float32Array(new Uint8Array(content.subarray(at, at + 4 * count)).buffer);
    at += 4 * count;
  }
  return { texts: head.texts, numbers };
}

/** Where numbers begin behind a head of so many bytes. */
function startOf(headBytes: number): number {
  return Math.ceil((magic.length + 4 + headBytes) / 4) * 4;
}

/** The tables in a file; undefined where there are none, or none that can be used. */
export async function readTables(path: string): Promise<TableFile | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  return bytes && tablesOf(bytes);
}

/** Writes the file; readers see the old one or the new one, whoever else writes it meanwhile. */
export async function writeTables(path: string, tables: TableFile): Promise<void> {
  const partial = `${path}.${crypto.randomUUID()}.partial`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(partial, tableBytes(tables));
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {});
    throw error;
  }
}
