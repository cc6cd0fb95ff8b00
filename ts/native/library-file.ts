import { closeSync, fstatSync, openSync, readdirSync, readSync, type Stats } from "node:fs";
import { basename, dirname, join } from "node:path";
import { AsrError, messageOf } from "../contract/errors.ts";

// The loader maps a library into memory before it looks at it: of one that was cut short, as by a
// full disk, it touches what is not there, and the process ends. So what is to be loaded is looked
// at before.

/** The machine of a library, by e_machine of ELF and cputype of Mach-O, as Bun names it. */
const elfMachines: Readonly<Record<number, string>> = { 62: "x64", 183: "arm64" };
const machMachines: Readonly<Record<number, string>> = { 16777223: "x64", 16777228: "arm64" };

/** What a machine's libraries are. */
export interface Machine {
  platform: string;
  arch: string;
}

/**
 * Looks at a library, and at the libraries in its folder, which it loads. Throws AsrError `native`
 * for one that is cut short, or that is of another machine.
 */
export function checkLibraryFile(path: string, machine: Machine = process): void {
  const folder = dirname(path);
  const beside = namesIn(folder).filter((name) => /\.(?:so|dylib)(?:\.|$)/.test(name));
  const others = beside.filter((name) => name !== basename(path));
  for (const file of [path, ...others.map((name) => join(folder, name))]) {
    const problem = problemOf(file, machine);
    if (problem !== undefined) throw new AsrError("native", `${file}: ${problem}`);
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    // What cannot be listed may be loaded all the same.
    return [];
  }
}

/** What is wrong with a library; undefined for nothing. */
function problemOf(path: string, machine: Machine): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    return `cannot be read: ${messageOf(error)}`;
  }
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return "is no file";
    const read = (from: number, length: number) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, from));
    };
    return headProblem(read, stats, machine);
  } finally {
    closeSync(descriptor);
  }
}

type Read = (from: number, length: number) => Buffer;

function headProblem(read: Read, { size }: Stats, machine: Machine): string | undefined {
  const head = read(0, 64);
  if (head.length < 64) return `is no library: it has ${size} bytes`;
  if (head.readUInt32LE(0) === 0xfeedfacf) {
    return foreignProblem("darwin", machMachines[head.readUInt32LE(4)], machine);
  }
  // 64 bits, little-endian.
  if (head.toString("latin1", 0, 6) !== "\x7fELF\x02\x01") return "is no library";
  const foreign = foreignProblem("linux", elfMachines[head.readUInt16LE(18)], machine);
  if (foreign !== undefined) return foreign;
  const end = elfEnd(head, read);
  return end <= size ? undefined : `is cut short: ${size} bytes of ${end}`;
}

function foreignProblem(
  platform: string,
  arch: string | undefined,
  machine: Machine,
): string | undefined {
  if (platform === machine.platform && arch === machine.arch) return undefined;
  const own = `${platform} ${arch ?? "on another processor"}`;
  return `is for ${own}, and this is ${machine.platform} ${machine.arch}`;
}

/** Where the last segment or the table of sections of an ELF file ends. */
function elfEnd(head: Buffer, read: Read): number {
  const [segments, sections] = [head.readBigUInt64LE(32), head.readBigUInt64LE(40)].map(Number);
  const [segmentSize, segmentCount] = [head.readUInt16LE(54), head.readUInt16LE(56)];
  const [sectionSize, sectionCount] = [head.readUInt16LE(58), head.readUInt16LE(60)];
  let end = Math.max(
    segments! + segmentSize * segmentCount,
    sections! + sectionSize * sectionCount,
  );
  const table = read(segments!, segmentSize * segmentCount);
  for (let at = 0; at + 56 <= table.length && segmentSize >= 56; at += segmentSize) {
    end = Math.max(end, Number(table.readBigUInt64LE(at + 8) + table.readBigUInt64LE(at + 32)));
  }
  return end;
}
