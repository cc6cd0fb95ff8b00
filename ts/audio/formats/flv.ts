import { beginningsWithin } from "./beginnings-within.ts";
import { type ByteSource, viewOf } from "./byte-source.ts";
import { cutShort, type Findings, joinedNote, linksAt, maxLinks } from "./findings.ts";

/** The header: name, version, which tracks there are, its own length, and no tag before it. */
const header = {
  name: "FLV\x01",
  length: 13,
  isOne: (bytes: Uint8Array) => {
    const view = viewOf(bytes);
    return (bytes[4]! & 0xfa) === 0 && view.getUint32(5) === 9 && view.getUint32(9) === 0;
  },
};

/** As far as the first tag, which is about the file, is looked at. */
const firstTagLength = 4096;

/** Where FLV files begin that were joined, and whether the last one is as long as it says. */
export async function flvFindings(source: ByteSource): Promise<Findings> {
  const starts = await beginningsWithin(source, header);
  const findings: Findings = { losses: [], notes: [] };
  if (starts.length > 1 && starts.length <= maxLinks) {
    findings.links = linksAt(starts, source.length);
    findings.notes.push(joinedNote(starts.length));
  }
  const start = starts.at(-1) ?? 0;
  const said = saidSize(Buffer.from(await source.read(start, firstTagLength)));
  const there = source.length - start;
  if (said !== undefined && there < said) findings.losses.push(cutShort(said, there));
  return findings;
}

/**
 * The size of the file by its first tag, in bytes: the key `filesize` with a number (AMF0: type 0,
 * then a double). Undefined where none is said; writers that cannot go back leave 0.
 */
function saidSize(bytes: Buffer): number | undefined {
  const key = "\0\x08filesize\0";
  const at = bytes.indexOf(key, 0, "latin1");
  if (at < 0 || at + key.length + 8 > bytes.length) return undefined;
  const size = bytes.readDoubleBE(at + key.length);
  return Number.isSafeInteger(size) && size > 0 ? size : undefined;
}
