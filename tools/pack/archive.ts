/** A file of an archive. */
export interface ArchivedFile {
  /** Its path in the archive. */
  path: string;
  content: Uint8Array<ArrayBuffer>;
  isExecutable?: boolean;
}

const localHeader = 0x04034b50;
const centralHeader = 0x02014b50;
const endOfCentral = 0x06054b50;
const deflated = 8;
/** 2.0: what folders and deflate need. */
const neededVersion = 20;
const madeOnUnix = 3 << 8;
const namesAreUtf8 = 0x800;
/** The first day that the format can tell, as two 16-bit numbers: 1 January 1980. */
const firstDay = { time: 0, date: 33 };

/** A zip archive (PKWARE APPNOTE.TXT): the same files give the same bytes. Below 4 GB. */
export function zip(files: readonly ArchivedFile[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  const add = (part: Uint8Array) => {
    parts.push(part);
    offset += part.length;
  };
  for (const { path, content, isExecutable = false } of files) {
    const name = new TextEncoder().encode(path);
    const packed = Bun.deflateSync(content, { level: 6 });
    const common = [
      ...short(namesAreUtf8, deflated, firstDay.time, firstDay.date),
      ...long(Bun.hash.crc32(content), packed.length, content.length),
      ...short(name.length, 0),
    ];
    const mode = 0o100000 | (isExecutable ? 0o755 : 0o644);
    const entry = [
      ...long(centralHeader),
      ...short(madeOnUnix | neededVersion, neededVersion),
      ...common,
      ...short(0, 0, 0),
      ...long((mode << 16) >>> 0, offset),
      ...name,
    ];
    central.push(Uint8Array.from(entry));
    add(Uint8Array.from([...long(localHeader), ...short(neededVersion), ...common, ...name]));
    add(packed);
  }
  const start = offset;
  for (const entry of central) add(entry);
  const size = offset - start;
  const end = [
    ...long(endOfCentral),
    ...short(0, 0, files.length, files.length),
    ...long(size, start),
    ...short(0),
  ];
  return Buffer.concat([...parts, Uint8Array.from(end)]);
}

function short(...values: readonly number[]): number[] {
  return values.flatMap((value) => [value & 0xff, value >>> 8]);
}

function long(...values: readonly number[]): number[] {
  return values.flatMap((value) => short(value & 0xffff, value >>> 16));
}
