import { type ByteSource, inBlocks, textAt, viewOf } from "./byte-source.ts";
import { type Findings, trailingLoss } from "./findings.ts";
import { type Frame, frameIn, id3Length, promiseIn } from "./mpeg-frame.ts";

/**
 * Walks the frames of an MP3. Where its header (Xing, LAME, VBRI) counts more frames than follow,
 * they are missing; what lies between frames and is no tag is damaged. Undefined for no MP3.
 */
export async function mpegAudioFindings(source: ByteSource): Promise<Findings | undefined> {
  const walk = new Walk(inBlocks(source));
  return (await walk.run()) ? walk.findings : undefined;
}

/** As many bytes as may lie before the first frame, and are searched at once for the next one. */
const searchLength = 1 << 16;
const maxFrameLength = 3000;
const blockLength = 1 << 18;
/** So many that follow each other, behind something else, are MP3. */
const framesInRow = 12;

class Walk {
  readonly findings: Findings = { losses: [], notes: [], isWalked: true };
  readonly #source: ByteSource;
  #at = 0;
  /** Of the recording that is walked: MP3 files are often joined. */
  #frames = 0;
  #promised: number | undefined;
  #last: Frame | undefined;
  #damaged = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  async run(): Promise<boolean> {
    this.#at = (await this.#tagEnd()) ?? 0;
    const first = await this.#nextFrame(this.#at, this.#at + searchLength);
    if (first === undefined || !(await this.#isBeginning(first))) return false;
    this.#at = first;
    while (this.#at < this.#source.length && (await this.#step()));
    this.#endOfRecording();
    this.findings.losses.push(...(await trailingLoss(this.#source, this.#at)));
    if (this.#damaged > 0) {
      const bytes = this.#damaged.toLocaleString("en");
      this.findings.losses.push(`${bytes} bytes between its frames are damaged`);
    }
    return true;
  }

  /** Other formats have frames, too, but in packets. */
  async #isBeginning(first: number): Promise<boolean> {
    if (first === this.#at || !(await this.#isSound(this.#at, first))) return true;
    return await startsMpegAudio(this.#source, first);
  }

  /** Takes the frames of a block that are as the one before; the rest is for closer looks. */
  async #takeBlock(): Promise<void> {
    const bytes = await this.#source.read(this.#at, blockLength);
    const kind = this.#last?.kind;
    let at = 0;
    while (at + maxFrameLength < bytes.length) {
      const frame = frameIn(bytes, at);
      if (frame === undefined || frame.kind !== kind || promiseIn(bytes, at, frame) !== undefined) {
        break;
      }
      this.#frames++;
      this.#last = frame;
      at += frame.length;
    }
    this.#at += at;
  }

  async #step(): Promise<boolean> {
    if (this.#last !== undefined) await this.#takeBlock();
    const frame = await this.#frameAt(this.#at);
    if (frame !== undefined && (this.#last === undefined || frame.kind === this.#last.kind)) {
      await this.#take(frame);
      return true;
    }
    const tagEnd = await this.#tagEnd();
    if (tagEnd !== undefined) {
      this.#at = tagEnd;
      return true;
    }
    const next = await this.#nextFrame(this.#at + 1);
    // What follows the last frame is a tag of a kind that is not known here.
    if (next === undefined) return false;
    if (await this.#isSound(this.#at, next)) this.#damaged += next - this.#at;
    this.#last = undefined;
    this.#at = next;
    return true;
  }

  async #take(frame: Frame): Promise<void> {
    const promised = promiseIn(await this.#source.read(this.#at, 64), 0, frame);
    if (promised !== undefined) {
      this.#endOfRecording();
      this.#promised = promised;
      this.#frames = 0;
    } else if (this.#at + frame.length <= this.#source.length) {
      this.#frames++;
    }
    this.#last = frame;
    this.#at += frame.length;
  }

  /** Tells of what a header promised and did not come; the last frame of a file is often cut. */
  #endOfRecording(): void {
    if (this.#promised === undefined || this.#last === undefined) return;
    if (this.#frames + 1 >= this.#promised) return;
    const { samples, sampleRate } = this.#last;
    const seconds = (frames: number) => ((frames * samples) / sampleRate).toFixed(1);
    const promised = `${seconds(this.#promised)} s of sound are promised`;
    this.findings.losses.push(`it is cut short: ${promised}, ${seconds(this.#frames)} s are there`);
  }

  async #frameAt(at: number): Promise<Frame | undefined> {
    return frameIn(await this.#source.read(at, 4), 0);
  }

  /** Where the next frame is that another one of its kind follows, or the end of the file. */
  async #nextFrame(from: number, to = this.#source.length): Promise<number | undefined> {
    for (let start = from; start < to; start += searchLength) {
      const bytes = await this.#source.read(start, searchLength + maxFrameLength + 4);
      for (
        let i = bytes.indexOf(0xff);
        i >= 0 && i < searchLength;
        i = bytes.indexOf(0xff, i + 1)
      ) {
        const frame = frameIn(bytes, i);
        if (frame === undefined) continue;
        const isLast = start + i + frame.length === this.#source.length;
        if (isLast || frameIn(bytes, i + frame.length)?.kind === frame.kind) return start + i;
      }
    }
    return undefined;
  }

  /** Whether bytes that are no frames may have been some: filling is zeros. */
  async #isSound(from: number, to: number): Promise<boolean> {
    const bytes = await this.#source.read(from, Math.min(to - from, searchLength));
    return bytes.some((byte) => byte !== 0);
  }

  /** Where a tag ends that is at this place: ID3, APE; undefined for none. */
  async #tagEnd(): Promise<number | undefined> {
    const bytes = await this.#source.read(this.#at, 32);
    const id3 = id3Length(bytes);
    if (id3 !== undefined) return this.#at + id3;
    if (textAt(bytes, 0, 3) === "TAG") return this.#at + 128;
    if (textAt(bytes, 0, 8) === "APETAGEX" && bytes.length >= 24) {
      const isHeader = (viewOf(bytes).getUint32(20, true) & 0x20000000) !== 0;
      return this.#at + 32 + (isHeader ? viewOf(bytes).getUint32(12, true) : 0);
    }
    return undefined;
  }
}

/** Whether frames of MPEG audio follow each other from a place on. */
export async function startsMpegAudio(source: ByteSource, from: number): Promise<boolean> {
  let at = from;
  for (let count = 0; count < framesInRow && at < source.length; count++) {
    const frame = frameIn(await source.read(at, 4), 0);
    if (frame === undefined) return false;
    at += frame.length;
  }
  return at > from;
}
