import { crc32, deflateRawSync } from "node:zlib";

/** A zip archive as tools write it; each file deflated, or as it is. */
export function zipped(
  files: Readonly<Record<string, Buffer | string>>,
  { isDeflated = true } = {},
): Buffer {
  const parts: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const [path, text] of Object.entries(files)) {
    const content = Buffer.from(text);
    const packed = isDeflated ? deflateRawSync(content) : content;
    const name = Buffer.from(path);
    // From the method to the length of the name, which both headers have.
    const common = Buffer.alloc(20);
    common.writeUInt16LE(isDeflated ? 8 : 0, 0);
    common.writeUInt32LE(crc32(content), 6);
    common.writeUInt32LE(packed.length, 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt16LE(name.length, 18);
    const local = Buffer.alloc(30);
    local.write("PK\x03\x04", "latin1");
    common.copy(local, 8);
    const entry = Buffer.alloc(46);
    entry.write("PK\x01\x02", "latin1");
    common.copy(entry, 10);
    entry.writeUInt32LE(at, 42);
    list.push(entry, name);
    parts.push(local, name, packed);
    at += local.length + name.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(list.length / 2, 8);
  end.writeUInt16LE(list.length / 2, 10);
  end.writeUInt32LE(Buffer.concat(list).length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...list, end]);
}
