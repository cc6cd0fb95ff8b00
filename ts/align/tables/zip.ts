import { promisify } from "node:util";
import { crc32, inflateRaw } from "node:zlib";
import { AsrError } from "../../contract/errors.ts";

const inflate = promisify(inflateRaw);

/** Most bytes that one file of an archive may become. */
const maxBytes = 2 ** 27;

const endMark = 0x06054b50;
const endBytes = 22;
const entryMark = 0x02014b50;
const entryBytes = 46;
const localMark = 0x04034b50;
const localBytes = 30;

const stored = 0;
const deflated = 8;

/**
 * Unpacks files of a zip archive; `name` is what messages call it. Archives of more than 4 GiB, of
 * several parts or with passwords are not read. Throws AsrError `model` where a file is missing, or
 * is not what the archive says of it.
 */
export async function unzipped(
  archive: Buffer,
  wanted: readonly string[],
  name: string,
): Promise<Buffer[]> {
  const entries = directory(archive, name);
  return await Promise.all(
    wanted.map(async (path) => {
      const entry = entries.get(path);
      if (entry === undefined) throw damaged(name, `${path} is missing`);
      return await contentOf(archive, entry, `${name}: ${path}`);
    }),
  );
}

interface Entry {
  method: number;
  checksum: number;
  packedBytes: number;
  bytes: number;
  /** Where its own header begins. */
  at: number;
}

function directory(archive: Buffer, name: string): Map<string, Entry> {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0 || end + endBytes > archive.length || archive.readUInt32LE(end) !== endMark) {
    throw damaged(name, "it is no zip archive");
  }
  const count = archive.readUInt16LE(end + 10);
  const entries = new Map<string, Entry>();
  let at = archive.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (at + entryBytes > end || archive.readUInt32LE(at) !== entryMark) {
      throw damaged(name, "its list of files is damaged");
    }
    const nameEnd = at + entryBytes + archive.readUInt16LE(at + 28);
    if (nameEnd > end) throw damaged(name, "its list of files is damaged");
    entries.set(archive.toString("utf8", at + entryBytes, nameEnd), {
      method: archive.readUInt16LE(at + 10),
      checksum: archive.readUInt32LE(at + 16),
      packedBytes: archive.readUInt32LE(at + 20),
      bytes: archive.readUInt32LE(at + 24),
      at: archive.readUInt32LE(at + 42),
    });
    at = nameEnd + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return entries;
}

async function contentOf(archive: Buffer, entry: Entry, name: string): Promise<Buffer> {
  const { method, checksum, packedBytes, bytes, at } = entry;
  if (at + localBytes > archive.length || archive.readUInt32LE(at) !== localMark) {
    throw damaged(name, "it does not begin where it should");
  }
  const from = at + localBytes + archive.readUInt16LE(at + 26) + archive.readUInt16LE(at + 28);
  const packed = archive.subarray(from, from + packedBytes);
  if (packed.length !== packedBytes || bytes > maxBytes) throw damaged(name, "its size is wrong");
  const content = await unpacked(packed, method, bytes, name);
  if (content.length !== bytes || crc32(content) !== checksum) {
    throw damaged(name, "its content is damaged");
  }
  return content;
}

async function unpacked(
  packed: Buffer,
  method: number,
  bytes: number,
  name: string,
): Promise<Buffer> {
  if (method === stored) return packed;
  if (method !== deflated) throw damaged(name, `it is packed by method ${method}`);
  try {
    // One byte more, so that a file longer than it says is seen and not cut.
    return await inflate(packed, { maxOutputLength: bytes + 1 });
  } catch {
    throw damaged(name, "its content is damaged");
  }
}

function damaged(name: string, why: string): AsrError {
  return new AsrError("model", `${name}: ${why}`, "run it again, so that it is fetched anew");
}
