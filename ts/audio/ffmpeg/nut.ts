import { AsrError } from "../../contract/errors.ts";

/** A packet of a NUT stream. */
export interface NutFrame {
  /** Presentation time stamp, in units of the stream's time base. */
  pts: number;
  /** A view, good until the next push. */
  data: Uint8Array;
}

/** What a NUT stream of plain samples is. */
export interface NutStream {
  channels: number;
  /** Length of a unit of time stamps in seconds, as a fraction. */
  timeBase: { numerator: number; denominator: number };
}

const fileId = "nut/multimedia container\0";
/** The first byte of every packet that is no frame. */
const packetMark = 0x4e;
const kinds: Readonly<Record<string, "main" | "stream" | "syncpoint">> = {
  "4e4d7a561f5f04ad": "main",
  "4e5311405bf2f9db": "stream",
  "4e4be4adeeca4569": "syncpoint",
};
/** Packets whose length is above this have a checksum in their header. */
const shortPacket = 4096;
/** No frame of samples is longer, in bytes: what says so is not NUT. */
const maxFrameBytes = 1 << 26;

/** What a byte that begins a frame says of it. */
interface FrameCode {
  flags: number;
  sizeFactor: number;
  size: number;
  ptsDelta: number;
  reserved: number;
  header: number;
}

const flag = {
  codedPts: 1 << 3,
  streamId: 1 << 4,
  sizeHigh: 1 << 5,
  checksum: 1 << 6,
  reserved: 1 << 7,
  sideData: 1 << 8,
  header: 1 << 10,
  matchTime: 1 << 11,
  coded: 1 << 12,
  invalid: 1 << 13,
} as const;

/**
 * Reads NUT, the container in which ffmpeg gives samples with exact time stamps through a pipe: one
 * stream, as ffmpeg writes it. The format: https://ffmpeg.org/nut.html
 */
export class NutReader {
  #bytes: Uint8Array = new Uint8Array(0);
  #begun = false;
  #codes: FrameCode[] = [];
  /** Beginnings that frames may leave out. */
  #headers: Uint8Array[] = [];
  #timeBases: NutStream["timeBase"][] = [];
  #base = 0;
  #ptsBits = 0;
  #lastPts = 0;
  /** Known before the first frame. */
  stream: NutStream | undefined;

  /** The frames that are whole with these bytes. Throws AsrError `internal` for what is not NUT. */
  push(bytes: Uint8Array): NutFrame[] {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    const frames: NutFrame[] = [];
    const cursor = new Cursor(this.#bytes);
    let done = 0;
    try {
      while (cursor.at < this.#bytes.length) {
        const frame = this.#begun ? this.#next(cursor) : this.#begin(cursor);
        if (frame !== undefined) frames.push(frame);
        done = cursor.at;
      }
    } catch (error) {
      // The rest of it has not come yet.
      if (error !== endOfBytes) throw error;
    }
    this.#bytes = this.#bytes.subarray(done);
    return frames;
  }

  #begin(cursor: Cursor): undefined {
    const id = cursor.take(fileId.length);
    if (Buffer.from(id).toString("latin1") !== fileId) throw broken("its beginning is another");
    this.#begun = true;
  }

  #next(cursor: Cursor): NutFrame | undefined {
    if (cursor.peek() !== packetMark) return this.#frame(cursor);
    const kind = kinds[Buffer.from(cursor.take(8)).toString("hex")];
    const length = cursor.number();
    if (length > shortPacket) cursor.take(4);
    const packet = new Cursor(cursor.take(length));
    if (kind === "main") this.#readMain(packet);
    if (kind === "stream") this.#readStream(packet);
    if (kind === "syncpoint") this.#readSyncpoint(packet);
    return undefined;
  }

  #readMain(packet: Cursor): void {
    const version = packet.number();
    if (version > 3) packet.number();
    if (packet.number() !== 1) throw broken("it has several streams");
    packet.number();
    this.#timeBases = packet.many(packet.number(), () => ({
      numerator: packet.number(),
      denominator: packet.number(),
    }));
    this.#codes = frameCodes(packet);
    const headers = packet.many(packet.number(), () => packet.take(packet.number()));
    this.#headers = [new Uint8Array(0), ...headers.map((header) => header.slice())];
  }

  #readStream(packet: Cursor): void {
    packet.number();
    packet.number();
    packet.take(packet.number());
    this.#base = packet.number();
    this.#ptsBits = packet.number();
    packet.many(3, () => packet.number());
    packet.take(packet.number());
    packet.many(2, () => packet.number());
    const timeBase = this.#timeBases[this.#base];
    if (timeBase === undefined) throw broken("a stream has no time base");
    this.stream = { channels: packet.number(), timeBase };
  }

  #readSyncpoint(packet: Cursor): void {
    const value = packet.number();
    const [from, to] = [this.#timeBases[value % this.#timeBases.length], this.stream?.timeBase];
    if (from === undefined || to === undefined) throw broken("a syncpoint has no time base");
    const seconds =
      (Math.floor(value / this.#timeBases.length) * from.numerator) / from.denominator;
    this.#lastPts = Math.floor((seconds * to.denominator) / to.numerator + 1e-6);
  }

  #frame(cursor: Cursor): NutFrame {
    const code = this.#codes[cursor.take(1)[0]!];
    if (code === undefined) throw broken("a frame comes before the header");
    let { flags, size, reserved, header } = code;
    if ((flags & flag.coded) !== 0) flags ^= cursor.number();
    if ((flags & (flag.invalid | flag.sideData)) !== 0) throw broken("a frame is of no known kind");
    if ((flags & flag.streamId) !== 0) cursor.number();
    const codedPts = (flags & flag.codedPts) === 0 ? undefined : cursor.number();
    if ((flags & flag.sizeHigh) !== 0) size += code.sizeFactor * cursor.number();
    if ((flags & flag.matchTime) !== 0) cursor.number();
    if ((flags & flag.header) !== 0) header = cursor.number();
    if ((flags & flag.reserved) !== 0) reserved = cursor.number();
    cursor.many(reserved, () => cursor.number());
    if ((flags & flag.checksum) !== 0) cursor.take(4);
    if (size > maxFrameBytes) throw broken(`a frame has ${size} bytes`);
    const left = size > shortPacket ? undefined : this.#headers[header];
    const rest = cursor.take(size - (left?.length ?? 0));
    const pts = codedPts === undefined ? this.#lastPts + code.ptsDelta : this.#fullPts(codedPts);
    this.#lastPts = pts;
    const data = left === undefined || left.length === 0 ? rest : Buffer.concat([left, rest]);
    return { pts, data };
  }

  /** Small numbers are the low bits of a stamp near the last one. */
  #fullPts(coded: number): number {
    const range = 2 ** this.#ptsBits;
    if (coded >= range) return coded - range;
    const least = this.#lastPts - Math.floor((range - 1) / 2);
    return least + ((((coded - least) % range) + range) % range);
  }
}

/** The table of frame codes, which the main header holds as runs of similar ones. */
function frameCodes(packet: Cursor): FrameCode[] {
  const codes: FrameCode[] = [];
  const invalid = {
    flags: flag.invalid,
    sizeFactor: 0,
    size: 0,
    ptsDelta: 0,
    reserved: 0,
    header: 0,
  };
  let [ptsDelta, sizeFactor, header] = [0, 1, 0];
  while (codes.length < 256) {
    const flags = packet.number();
    const fields = packet.number();
    if (fields > 0) ptsDelta = packet.signed();
    if (fields > 1) sizeFactor = packet.number();
    if (fields > 2) packet.number();
    const size = fields > 3 ? packet.number() : 0;
    const reserved = fields > 4 ? packet.number() : 0;
    let count = fields > 5 ? packet.number() : sizeFactor - size;
    if (fields > 6) packet.number();
    if (fields > 7) header = packet.number();
    packet.many(Math.max(0, fields - 8), () => packet.number());
    if (count <= 0) throw broken("its table of frames is empty");
    for (let step = 0; count > 0 && codes.length < 256; ) {
      // A packet's mark is no frame code.
      if (codes.length === packetMark) codes.push(invalid);
      else {
        codes.push({ flags, sizeFactor, size: size + step++, ptsDelta, reserved, header });
        count--;
      }
    }
  }
  return codes;
}

function broken(why: string): AsrError {
  return new AsrError("internal", `ffmpeg's output cannot be read: ${why}`);
}

const endOfBytes = Symbol("end of bytes");

/** Reads NUT's numbers one after the other. Throws `endOfBytes` where bytes are missing. */
class Cursor {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  peek(): number | undefined {
    return this.#bytes[this.at];
  }

  take(length: number): Uint8Array {
    if (!(length >= 0)) throw broken("a length is below zero");
    if (this.at + length > this.#bytes.length) throw endOfBytes;
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  /** Seven bits a byte, the highest first; a set eighth bit says that more follow. */
  number(): number {
    let value = 0;
    for (;;) {
      if (this.at >= this.#bytes.length) throw endOfBytes;
      const byte = this.#bytes[this.at++]!;
      value = value * 128 + (byte & 127);
      if (byte < 128) return value;
    }
  }

  /** 0, 1, -1, 2, -2 …, from 0, 1, 2, 3, 4 …. */
  signed(): number {
    const value = this.number() + 1;
    return value % 2 === 1 ? -(value - 1) / 2 : value / 2;
  }

  many<T>(count: number, read: () => T): T[] {
    return Array.from({ length: count }, read);
  }
}
