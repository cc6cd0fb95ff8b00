import { type ByteSource, textAt, viewOf } from "./byte-source.ts";
import {
  cutShort,
  type Findings,
  joinedNote,
  linksAt,
  maxLinks,
  trailingLoss,
} from "./findings.ts";

/** A box: a part of an MP4 or QuickTime file with a size and a name. */
interface Box {
  name: string;
  start: number;
  /** Where what is in it begins. */
  body: number;
  /** Where it says that it ends. */
  end: number;
}

/** More boxes than this are not looked at: a file in fragments has two for each. */
const maxBoxes = 200_000;

/** Walks the outer boxes of an MP4 file; of joined files ffmpeg hears the first alone. */
export async function mp4Findings(source: ByteSource): Promise<Findings> {
  const findings: Findings = { losses: [], notes: [] };
  const starts: number[] = [];
  let [index, media, end] = [0, 0, 0];
  for await (const box of boxesIn(source, 0, source.length)) {
    if (box.name === "ftyp" && (starts.length === 0 || index > 0)) starts.push(box.start);
    if (box.name === "mdat") media++;
    if (box.name === "moov") {
      index++;
      const locked = await protectionIn(source, box);
      if (locked !== undefined) findings.refusal = locked;
    }
    if (box.end > source.length) findings.losses.push(cutShort(box.end, source.length));
    end = box.end;
  }
  if (index === 0 && media > 0) {
    const what = "has no index (moov box), which such files have at their end: it is cut short";
    findings.refusal = { what, hint: "copy or download it again, or record it anew" };
  }
  if (media > 0) findings.losses.push(...(await trailingLoss(source, end)));
  if (starts.length > 1 && starts.length <= maxLinks) {
    findings.links = linksAt(starts, source.length);
    findings.notes.push(joinedNote(starts.length));
  }
  return findings;
}

async function* boxesIn(source: ByteSource, from: number, to: number): AsyncGenerator<Box> {
  let at = from;
  for (let count = 0; count < maxBoxes && at + 8 <= to; count++) {
    const head = await source.read(at, 16);
    if (head.length < 8) return;
    const name = textAt(head, 4);
    if (!/^[ -~\xa9]{4}$/.test(name)) return;
    let [size, body] = [viewOf(head).getUint32(0), at + 8];
    if (size === 0) size = to - at;
    if (size === 1 && head.length === 16) {
      size = Number(viewOf(head).getBigUint64(8));
      body = at + 16;
    }
    if (size < body - at) return;
    yield { name, start: at, body, end: at + size };
    at += size;
  }
}

/** Names of samples that are encrypted: of Apple's store, of Audible, of other shops. */
const locked = ["drms", "aavd", "enca"];

/** Why the sound of a file cannot be heard, where all of it is encrypted. */
async function protectionIn(source: ByteSource, moov: Box): Promise<Findings["refusal"]> {
  const codings: string[] = [];
  for await (const track of boxesIn(source, moov.body, Math.min(moov.end, source.length))) {
    if (track.name !== "trak") continue;
    const { handler, coding } = await trackIn(source, track);
    if (handler === "soun" && coding !== undefined) codings.push(coding);
  }
  if (codings.length === 0 || !codings.every((name) => locked.includes(name))) return undefined;
  const what = `is protected (DRM, ${codings[0]}): its sound is encrypted`;
  return { what, hint: "only the player of the shop can open it" };
}

interface Track {
  /** `soun` for sound. */
  handler?: string;
  /** How its samples are coded, as in `mp4a`. */
  coding?: string;
}

const nested = ["mdia", "minf", "stbl"];

async function trackIn(source: ByteSource, parent: Box, track: Track = {}): Promise<Track> {
  for await (const box of boxesIn(source, parent.body, Math.min(parent.end, source.length))) {
    if (nested.includes(box.name)) await trackIn(source, box, track);
    // The first one is the track's; QuickTime has others for where the data lies.
    if (box.name === "hdlr") track.handler ??= textAt(await source.read(box.body + 8, 4), 0);
    if (box.name === "stsd") track.coding ??= textAt(await source.read(box.body + 12, 4), 0);
  }
  return track;
}
