import { beginningsWithin } from "./beginnings-within.ts";
import { type ByteSource, viewOf } from "./byte-source.ts";
import { type Findings, joinedNote, linksAt, maxLinks } from "./findings.ts";

/** The name, and the header of the first block, which may be the last one, of 34 bytes. */
const beginning = {
  name: "fLaC",
  length: 8,
  isOne: (bytes: Uint8Array) => (viewOf(bytes).getUint32(4) & 0x7fffffff) === 34,
};

/** Where FLAC files begin that were joined, and how much sound their headers promise. */
export async function flacFindings(source: ByteSource): Promise<Findings> {
  const starts = await beginningsWithin(source, beginning);
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
