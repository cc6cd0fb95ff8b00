import { type ByteSource, inBlocks, textAt, viewOf } from "./byte-source.ts";
import {
  cutShort,
  type Findings,
  joinedNote,
  linksAt,
  maxLinks,
  trailingLoss,
} from "./findings.ts";

/** A page's header, without its table of segments. */
const headerLength = 27;
const maxHeaderLength = headerLength + 255;

interface Page {
  /** With its header, in bytes. */
  length: number;
  isFirst: boolean;
  serial: number;
  number: number;
}

/**
 * Walks the pages of an Ogg file. Chained recordings follow each other, each with its own first
 * pages; ffmpeg cannot go from one codec to another between them. A page says how long it is and
 * which number it has, so what is missing shows.
 */
export async function oggFindings(source: ByteSource): Promise<Findings> {
  const findings: Findings = { losses: [], notes: [] };
  const blocks = inBlocks(source);
  const numbers = new Map<number, number>();
  const starts: number[] = [];
  let [missing, damaged, at, wasFirst] = [0, 0, 0, false];
  while (at < source.length) {
    const page = pageIn(await blocks.read(at, maxHeaderLength));
    if (page === undefined) {
      const next = await nextPage(blocks, at + 1);
      // What follows the last page is a tag, or a page whose header is cut.
      if (next === undefined) {
        findings.losses.push(...(await trailingLoss(source, at)));
        break;
      }
      damaged += next - at;
      at = next;
      continue;
    }
    if (page.isFirst && !wasFirst) starts.push(at);
    wasFirst = page.isFirst;
    const before = page.isFirst ? undefined : numbers.get(page.serial);
    if (before !== undefined && page.number > before + 1) missing += page.number - before - 1;
    numbers.set(page.serial, page.number);
    if (at + page.length > source.length) {
      findings.losses.push(cutShort(at + page.length, source.length));
    }
    at += page.length;
  }
  if (missing > 0) findings.losses.push(`${missing} of its pages are missing`);
  else if (damaged > 0) findings.losses.push(`${damaged.toLocaleString("en")} bytes are damaged`);
  if (starts.length > 1 && starts.length <= maxLinks) {
    findings.links = linksAt(starts, source.length);
    findings.notes.push(joinedNote(starts.length));
  }
  return findings;
}

/** The page at the start of these bytes; undefined for none. */
function pageIn(bytes: Uint8Array): Page | undefined {
  if (textAt(bytes, 0) !== "OggS" || bytes.length < headerLength) return undefined;
  const view = viewOf(bytes);
  const segments = view.getUint8(26);
  const table = bytes.subarray(headerLength, headerLength + segments);
  return {
    length: headerLength + segments + table.reduce((sum, length) => sum + length, 0),
    isFirst: (view.getUint8(5) & 2) !== 0,
    serial: view.getUint32(14, true),
    number: view.getUint32(18, true),
  };
}

/** How much is searched at once for the next page. */
const searchLength = 1 << 16;

async function nextPage(source: ByteSource, from: number): Promise<number | undefined> {
  for (let at = from; at < source.length; at += searchLength - 3) {
    const bytes = Buffer.from(await source.read(at, searchLength));
    const index = bytes.indexOf("OggS", 0, "latin1");
    if (index >= 0) return at + index;
  }
  return undefined;
}
