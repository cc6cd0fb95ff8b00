import type { ByteSource } from "./byte-source.ts";
import {
  cutShort,
  type Findings,
  joinedNote,
  linksAt,
  maxLinks,
  trailingLoss,
} from "./findings.ts";

const ids = { header: 0x1a45dfa3, segment: 0x18538067, filling: 0xec } as const;

/** Elements that a segment has beside clusters are few; what is longer is looked at no further. */
const maxElements = 1_000_000;

interface Element {
  id: number;
  body: number;
  /** Where it ends; undefined where its writer did not know, as of a live recording. */
  end: number | undefined;
}

/** Walks the outer elements of a Matroska or WebM file. */
export async function matroskaFindings(source: ByteSource): Promise<Findings> {
  const findings: Findings = { losses: [], notes: [] };
  const starts: number[] = [];
  let at = 0;
  /** Whether a segment has no size, so that its elements are walked like those outside. */
  let isOpen = false;
  for (let count = 0; count < maxElements && at < source.length; count++) {
    const element = elementIn(await source.read(at, 12), at);
    const isKnown = isOpen || Object.values<number | undefined>(ids).includes(element?.id);
    if (element === undefined || !isKnown) {
      findings.losses.push(...(await trailingLoss(source, at)));
      break;
    }
    if (element.id === ids.header) starts.push(at);
    const { id, body, end } = element;
    if (end !== undefined && end > source.length) {
      findings.losses.push(cutShort(end, source.length));
      break;
    }
    // A segment without a size is walked: its clusters may have theirs.
    if (end === undefined && id !== ids.segment) break;
    if (end === undefined) isOpen = true;
    at = end ?? body;
  }
  if (starts.length > 1 && starts.length <= maxLinks) {
    findings.links = linksAt(starts, source.length);
    findings.notes.push(joinedNote(starts.length));
  }
  return findings;
}

/** The element at the start of these bytes, which are at a place of the file. */
function elementIn(bytes: Uint8Array, at: number): Element | undefined {
  const idLength = lengthOf(bytes[0]);
  const sizeLength = lengthOf(bytes[idLength]);
  if (idLength > 4 || sizeLength > 8 || bytes.length < idLength + sizeLength) return undefined;
  const id = numberIn(bytes.subarray(0, idLength));
  const marked = bytes.slice(idLength, idLength + sizeLength);
  marked[0]! &= (1 << (8 - sizeLength)) - 1;
  const isUnknown = marked.every((byte, i) => byte === (i > 0 ? 255 : (1 << (8 - sizeLength)) - 1));
  const body = at + idLength + sizeLength;
  return { id, body, end: isUnknown ? undefined : body + numberIn(marked) };
}

/** A number begins with as many zeros as bytes follow its first; 9 stands for what is none. */
function lengthOf(first: number | undefined): number {
  return first === undefined || first === 0 ? 9 : Math.clz32(first) - 23;
}

function numberIn(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}
