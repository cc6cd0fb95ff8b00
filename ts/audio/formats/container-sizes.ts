import { type ByteSource, textAt, viewOf } from "./byte-source.ts";
import {
  cutShort,
  type Findings,
  joinedNote,
  linksAt,
  maxLinks,
  trailingLoss,
} from "./findings.ts";

/** The length of a file as its first bytes promise it; undefined where they do not. */
type Promised = (head: DataView) => number | undefined;

const asfHeader = "\x30\x26\xb2\x75\x8e\x66\xcf\x11";
const wave64 = "riff\x2e\x91\xcf\x11";

/** Sizes from here on stand for one that the writer did not know. */
const unknown = 0x7ff00000;

function known(size: number, more: number): number | undefined {
  return size === 0 || size >= unknown ? undefined : size + more;
}

/** Formats that say at their start how long they are, by their first bytes. */
const formats: readonly [start: string, promised: Promised][] = [
  // One chunk spans the file, or the first GB of it.
  ["RIFF", (head) => known(head.getUint32(4, true), 8)],
  ["FORM", (head) => known(head.getUint32(4), 8)],
  [".snd", (head) => known(head.getUint32(8), head.getUint32(4))],
  ["DSD ", (head) => Number(head.getBigUint64(12, true))],
  [wave64, (head) => Number(head.getBigUint64(16, true))],
];

/** Compares the length of a file with the one that its container says. */
export async function sizeFindings(source: ByteSource): Promise<Findings> {
  const findings: Findings = { losses: [], notes: [] };
  const head = await source.read(0, 40);
  const promised = head.length < 40 ? undefined : lengthOf(head);
  if (promised === undefined) return findings;
  if (promised > source.length + 1) findings.losses.push(cutShort(promised, source.length));
  if (textAt(head, 0) !== "FORM") return findings;
  const { starts, end } = await formsIn(source);
  if (promised <= source.length) findings.losses.push(...(await trailingLoss(source, end)));
  if (starts.length > 1) {
    findings.links = linksAt(starts, source.length);
    findings.notes.push(joinedNote(starts.length));
  }
  return findings;
}

function lengthOf(head: Uint8Array): number | undefined {
  const [, promised] = formats.find(([start]) => textAt(head, 0, start.length) === start) ?? [];
  return promised?.(viewOf(head));
}

/** Where AIFF files begin that were joined, and the last of them ends. */
async function formsIn(source: ByteSource): Promise<{ starts: number[]; end: number }> {
  const starts: number[] = [];
  let end = 0;
  while (starts.length < maxLinks) {
    const head = await source.read(end, 12);
    if (textAt(head, 0) !== "FORM" || !textAt(head, 8).startsWith("AIF")) break;
    starts.push(end);
    const size = viewOf(head).getUint32(4);
    end += 8 + size + (size % 2);
  }
  return { starts, end };
}

/** ASF says its length in one of the objects of its header. */
export async function asfFindings(source: ByteSource): Promise<Findings> {
  const findings: Findings = { losses: [], notes: [] };
  const head = await source.read(0, 1 << 16);
  const properties = Buffer.from(head).indexOf(
    "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65",
    0,
    "latin1",
  );
  if (properties < 0 || head.length < properties + 96) return findings;
  const view = viewOf(head);
  // A broadcast, which has no end when it begins, leaves it out.
  const isBroadcast = (view.getUint32(properties + 88, true) & 1) !== 0;
  const promised = Number(view.getBigUint64(properties + 40, true));
  if (!isBroadcast && promised > source.length) {
    findings.losses.push(cutShort(promised, source.length));
  }
  return findings;
}

/** SPHERE, as corpora have it, counts its samples in a header of text. */
export async function sphereFindings(source: ByteSource): Promise<Findings> {
  const findings: Findings = { losses: [], notes: [] };
  const head = textAt(await source.read(0, 1 << 12), 0, 1 << 12);
  const value = (name: string) => Number(new RegExp(`^${name} -i (\\d+)`, "m").exec(head)?.[1]);
  const headerLength = Number(/^NIST_1A\n *(\d+)/.exec(head)?.[1]);
  const frame = value("sample_n_bytes") * (value("channel_count") || 1);
  const promised = headerLength + value("sample_count") * frame;
  // Samples that are compressed take fewer bytes.
  const isPlain = !/^sample_coding -s\d+ .*,/m.test(head);
  if (isPlain && promised > source.length) findings.losses.push(cutShort(promised, source.length));
  return findings;
}

/** CAF is a row of chunks with sizes of 64 bits; the last one may leave its size open. */
export async function cafFindings(source: ByteSource): Promise<Findings> {
  const findings: Findings = { losses: [], notes: [] };
  for (let at = 8, chunks = 0; at + 12 <= source.length && chunks < maxLinks; chunks++) {
    const size = Number(viewOf(await source.read(at, 12)).getBigInt64(4));
    if (size < 0) break;
    at += 12 + size;
    if (at > source.length) findings.losses.push(cutShort(at, source.length));
  }
  return findings;
}

/** Whether these first bytes are those of ASF, as WMA and WMV have them. */
export function isAsf(head: Uint8Array): boolean {
  return textAt(head, 0, asfHeader.length) === asfHeader;
}
