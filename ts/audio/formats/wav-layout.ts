import { AsrError } from "../../contract/errors.ts";
import { startsOtherAudio } from "./beginnings.ts";
import { type ByteSource, textAt, viewOf } from "./byte-source.ts";
import { joinedNote } from "./findings.ts";
import { formatLength, isWav, readWavFormat, type WavFormat } from "./wav-format.ts";
import { dataLength, isChunkName, saidLength } from "./wav-sizes.ts";

/** Samples that follow each other in one format. */
export interface WavPart {
  format: WavFormat;
  /** Where the samples begin, and how many bytes they have: whole frames. */
  offset: number;
  length: number;
}

/** Where the samples of a WAV file are, whatever its sizes say. */
export interface WavLayout {
  /** In order; none where there are no samples. A compressed codec is one part for ffmpeg. */
  parts: WavPart[];
  /** Where the files begin that were joined; mostly one at 0. */
  starts: number[];
  /** What is missing of the file. */
  losses: string[];
  /** Where the header and the bytes differ, and nothing is missing. */
  notes: string[];
  /** Why samples that are there cannot be read; undefined where they can. */
  objection?: AsrError;
}

/** Chunks behind the samples in which a file may be cut. */
const knownChunks = [
  "fmt ",
  "LIST",
  "id3 ",
  "ID3 ",
  "bext",
  "iXML",
  "cue ",
  "smpl",
  "fact",
  "JUNK",
];
/** More chunks than any file has; one of them takes a read. */
const maxChunks = 20_000;
/** As far as samples are looked for behind a chunk whose size is wrong. */
const searchLength = 1 << 16;

/**
 * Reads where the samples of a WAV file are without reading them. Throws AsrError `input` where
 * there are none to be found; `name` stands for the file.
 */
export async function readWavLayout(source: ByteSource, name: string): Promise<WavLayout> {
  const walk = new Walk(source);
  await walk.run();
  const objection = (why: string) =>
    new AsrError("input", `${name}: not a readable WAV file: ${why}`, "export it again");
  if (!walk.found) throw objection(walk.objection ?? "it ends before its samples begin");
  if (walk.layout.parts.length > 0 || walk.hasFormat) return walk.layout;
  return { ...walk.layout, objection: objection(walk.objection ?? "its samples have no format") };
}

/** One pass over the chunks, by position. */
class Walk {
  readonly layout: WavLayout = { parts: [], starts: [], losses: [], notes: [] };
  /** Whether samples were found. */
  found = false;
  /** What is wrong with the format. */
  objection: string | undefined;
  readonly #source: ByteSource;
  #format: WavFormat | undefined;
  /** Samples that came before their format. */
  #unformatted: { offset: number; length: number } | undefined;
  /** Where the RIFF chunk ends as it says; undefined where it does not know. */
  #riffEnd: number | undefined;
  #longSize: number | undefined;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  get hasFormat(): boolean {
    return this.#format !== undefined;
  }

  async run(): Promise<void> {
    let at = 0;
    for (let chunks = 0; chunks < maxChunks && at + 8 <= this.#source.length; chunks++) {
      const next = await this.#chunk(at);
      if (next === undefined) break;
      at = next;
    }
    this.#tellOfJoined();
  }

  /** Takes the chunk at a place, and returns where the next one is. */
  async #chunk(at: number): Promise<number | undefined> {
    const head = await this.#source.read(at, 12);
    if (isWav(head)) return this.#begin(at, head);
    if (this.found && (await startsOtherAudio(this.#source, at))) return this.#foreign(at);
    const id = textAt(head, 0);
    const size = viewOf(head).getUint32(4, true);
    const body = at + 8;
    const mayBeCut = id === "fmt " || (this.found && knownChunks.includes(id));
    const isPlausible = body + size <= this.#source.length || mayBeCut;
    if (id === "data") return await this.#samples(body, size);
    if (!isChunkName(id) || !isPlausible) {
      return this.found ? this.#onward(at) : await this.#search(at);
    }
    if (id === "fmt ") this.#take(await this.#source.read(body, Math.min(size, formatLength)));
    if (id === "ds64" && size >= 24) {
      const sizes = await this.#source.read(body, 24);
      if (sizes.length === 24) this.#longSize = Number(viewOf(sizes).getBigUint64(8, true));
    }
    return await this.#next(body, size);
  }

  /** A RIFF chunk: the first one, or that of a file that was joined to it. */
  #begin(at: number, head: Uint8Array): number {
    const size = viewOf(head).getUint32(4, true);
    this.layout.starts.push(at);
    this.#riffEnd = saidLength(size) === undefined ? undefined : at + 8 + size;
    this.#longSize = undefined;
    this.#format = undefined;
    return at + 12;
  }

  #tellOfJoined(): void {
    const { parts, starts, losses, notes } = this.layout;
    const last = starts.at(-1) ?? 0;
    if (starts.length < 2) return;
    if (parts.some(({ offset }) => offset > last)) {
      notes.push(joinedNote(starts.length));
    } else {
      const bytes = (this.#source.length - last).toLocaleString("en");
      losses.push(`another recording follows that cannot be read, ${bytes} bytes`);
    }
  }

  #take(body: Uint8Array): void {
    const reading = readWavFormat(body);
    if ("objection" in reading) {
      this.objection ??= reading.objection;
      return;
    }
    this.#format = reading.format;
    if (reading.note !== undefined) this.layout.notes.push(reading.note);
    if (this.#unformatted === undefined) return;
    this.#add(this.#unformatted.offset, this.#unformatted.length);
    this.#unformatted = undefined;
  }

  async #samples(body: number, size: number): Promise<number | undefined> {
    this.found = true;
    const { length, loss, note } = dataLength({
      offset: body - (this.layout.starts.at(-1) ?? 0),
      size: size === 0xffffffff && this.#longSize !== undefined ? this.#longSize : size,
      rest: this.#source.length - body,
      riffRest: this.#riffEnd === undefined ? undefined : this.#riffEnd - body,
      following: await this.#source.read(body, 12),
    });
    if (loss !== undefined) this.layout.losses.push(loss);
    if (note !== undefined) this.layout.notes.push(note);
    this.#add(body, length);
    return await this.#next(body, length);
  }

  #add(offset: number, length: number): void {
    const format = this.#format;
    if (format === undefined) {
      this.#unformatted ??= { offset, length };
      return;
    }
    const frame = frameBytes(format);
    const whole = length - (length % frame);
    if (whole > 0) this.layout.parts.push({ format, offset, length: whole });
  }

  /** Chunks are padded to even sizes, but some writers forget: look where a known name stands. */
  async #next(body: number, size: number): Promise<number> {
    const end = body + size;
    if (size % 2 === 0) return end;
    const unpadded = textAt(await this.#source.read(end, 4), 0);
    return ["fmt ", "data", "LIST", "fact", "RIFF"].includes(unpadded) ? end : end + 1;
  }

  /** Looks for the samples where a chunk before them is no chunk, or longer than the file. */
  async #search(at: number): Promise<number | undefined> {
    const bytes = Buffer.from(await this.#source.read(at + 1, searchLength));
    const found = ["fmt ", "data"]
      .map((id) => bytes.indexOf(id, 0, "latin1"))
      .filter((index) => index >= 0);
    return found.length === 0 ? undefined : at + 1 + Math.min(...found);
  }

  #foreign(at: number): undefined {
    const bytes = (this.#source.length - at).toLocaleString("en");
    this.layout.losses.push(`${bytes} bytes in another format follow, which are not heard`);
    return undefined;
  }

  /**
   * What follows samples and is no chunk is more of them: sizes of 32 bits wrap at 4 GiB, and some
   * are never brought up to date. What lasts no time only fills up.
   */
  #onward(at: number): undefined {
    const last = this.layout.parts.at(-1);
    const end = last === undefined ? 0 : last.offset + last.length;
    const frame = last === undefined ? 1 : frameBytes(last.format);
    if (last?.format.coding === undefined || at - end > frame) return undefined;
    const more = this.#source.length - end - ((this.#source.length - end) % frame);
    if (more < 0.05 * last.format.sampleRate * frame) return undefined;
    const said = last.length.toLocaleString("en");
    last.length += more;
    const heard = more.toLocaleString("en");
    this.layout.notes.push(
      `its header says ${said} bytes of samples, ${heard} more follow: heard as well`,
    );
    return undefined;
  }
}

/** Bytes of one sample of each channel. A compressed codec has no fixed frame. */
export function frameBytes({ channels, bytesPerSample, coding }: WavFormat): number {
  return coding === undefined ? 1 : channels * bytesPerSample;
}
