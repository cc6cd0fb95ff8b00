import { type ByteSource, textAt, viewOf } from "./byte-source.ts";
import { type Findings, joinedNote, linksAt, maxLinks } from "./findings.ts";

/** The beginning of a FLAC file: its name and the header of its first block, of 34 bytes. */
const beginnings = ["fLaC\0\0\0\x22", "fLaC\x80\0\0\x22"];

/** How much of a file is searched for others that were joined to it, and how much at once. */
const maxSearched = 1 << 28;
const blockLength = 1 << 20;

/** Where FLAC files begin that were joined, and how much sound their headers promise. */
export async function flacFindings(source: ByteSource): Promise<Findings> {
  const starts: number[] = [];
  for (let at = 0; at < Math.min(source.length, maxSearched); at += blockLength) {
    const bytes = Buffer.from(await source.read(at, blockLength + beginnings[0]!.length - 1));
    for (let i = bytes.indexOf("fLaC"); i >= 0; i = bytes.indexOf("fLaC", i + 1)) {
      if (beginnings.includes(textAt(bytes, i, 8))) starts.push(at + i);
    }
  }
  const lengths = await Promise.all(starts.map((start) => secondsAt(source, start)));
  const findings: Findings = { losses: [], notes: [] };
  // A writer that could not go back leaves 0.
  if (lengths.every((length) => length > 0)) {
    findings.promised = lengths.reduce((sum, length) => sum + length, 0);
  }
  if (starts.length > 1 && starts.length <= maxLinks) {
    findings.links = linksAt(starts, source.length);
    findings.notes.push(joinedNote(starts.length));
  }
  return findings;
}

async function secondsAt(source: ByteSource, start: number): Promise<number> {
  const block = await source.read(start + 8, 18);
  if (block.length < 18) return 0;
  const view = viewOf(block);
  const sampleRate = view.getUint32(10) >>> 12;
  const samples = (view.getUint8(13) & 15) * 2 ** 32 + view.getUint32(14);
  return sampleRate === 0 ? 0 : samples / sampleRate;
}
