import { type ByteSource, textAt } from "./byte-source.ts";

/** What a file is that has no sound, and what to do instead, where that is plain. */
export interface NoAudio {
  /** As it follows the name of the file: `is a PDF document, not audio`. */
  what: string;
  hint?: string;
}

/** First bytes of files that are often mistaken for recordings, as Latin-1, from a place on. */
const signatures: readonly [at: number, bytes: string, what: string, hint?: string][] = [
  [0, "%PDF-", "a PDF document"],
  [0, "PK\x03\x04", "a ZIP archive", "unpack it first"],
  [0, "PK\x05\x06", "an empty ZIP archive"],
  [0, "\x1f\x8b", "compressed by gzip", "unpack it first"],
  [0, "BZh", "compressed by bzip2", "unpack it first"],
  [0, "\xfd7zXZ\0", "compressed by xz", "unpack it first"],
  [0, "\x28\xb5\x2f\xfd", "compressed by zstd", "unpack it first"],
  [0, "7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it first"],
  [0, "Rar!\x1a\x07", "a RAR archive", "unpack it first"],
  [257, "ustar", "a tar archive", "unpack it first"],
  [0, "\x89PNG\r\n\x1a\n", "a picture (PNG)"],
  [0, "\xff\xd8\xff", "a picture (JPEG)"],
  [0, "GIF8", "a picture (GIF)"],
  [0, "II*\0", "a picture (TIFF)"],
  [0, "MM\0*", "a picture (TIFF)"],
  [8, "WEBP", "a picture (WebP)"],
  [4, "ftypheic", "a picture (HEIC)"],
  [4, "ftypmif1", "a picture (HEIF)"],
  [4, "ftypavif", "a picture (AVIF)"],
  [0, "MThd", "MIDI: notes without their sound", "render it to WAV first"],
  [0, "\x7fELF", "a program"],
  [0, "MZ\x90\0", "a program"],
  [0, "\xcf\xfa\xed\xfe", "a program"],
  [0, "SQLite format 3\0", "a database"],
  [0, "\x93NUMPY", "an array of NumPy", "write it to a WAV first"],
  [0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office document"],
];

/** Sound that ffmpeg has no reader for. */
const unreadable: typeof signatures = [
  [
    0,
    "\x02#!SILK_V3",
    "SILK, as WeChat writes it",
    "bring it to WAV with a decoder for SILK first",
  ],
  [0, "#!SILK_V3", "SILK", "bring it to WAV with a decoder for SILK first"],
  // It takes the samples for those of the usual order: noise.
  [0, "RIFX", "WAV in big-endian order (RIFX)", "bring it to WAV first: sox INPUT OUTPUT.wav"],
];

/** Headers of text that recordings have. */
const soundsWithText = ["NIST_1A"];

/** First words of texts, in any case, behind blanks and a byte order mark. */
const texts: readonly [words: RegExp, what: string, hint?: string][] = [
  [
    /^version https:\/\/git-lfs\.github\.com\//,
    "a Git LFS pointer, which stands for the file",
    "fetch the file itself: git lfs pull",
  ],
  [
    /^#extm3u|^\[playlist\]|^ffconcat version|^<asx\b|^<smil\b|^v=0\r?\no=/,
    "a playlist, which names other files",
    "pass the recordings that it names",
  ],
  [
    /^<!doctype html|^<html\b|^<head\b/,
    "a web page",
    "its address shows a page that has the file: download the file itself",
  ],
  [
    /^(<\?xml\b[^>]*>\s*)?<mpd\b/,
    "a playlist, which names other files",
    "pass the recordings that it names",
  ],
  [/^[{[]/, "JSON text"],
  [/^webvtt\b|^1\r?\n\d\d:\d\d:\d\d,\d{3} -->/, "subtitles: the text is there already"],
];

/** As many first bytes as are looked at. */
export const headLength = 512;

/**
 * Says what a file is that has no sound, by its first bytes; undefined where it may have some. The
 * file must not be empty.
 */
export async function noAudioIn(source: ByteSource): Promise<NoAudio | undefined> {
  const found = noAudioAt(await source.read(0, headLength));
  if (found !== undefined) return found;
  if (!(await isZero(source))) return undefined;
  return { what: "holds nothing but zeros", hint: "copy or download it again" };
}

/** The same by these first bytes alone. */
export function noAudioAt(head: Uint8Array): NoAudio | undefined {
  const text = textOf(head);
  if (text !== undefined) {
    const start = text.replace(/^\ufeff?\s*/, "").toLowerCase();
    const [, what = "text", hint] = texts.find(([words]) => words.test(start)) ?? [];
    return said(`${what}, not audio`, hint);
  }
  const signature = signatures.find(([at, bytes]) => textAt(head, at, bytes.length) === bytes);
  if (signature !== undefined) return said(`${signature[2]}, not audio`, signature[3]);
  const sound = unreadable.find(([at, bytes]) => textAt(head, at, bytes.length) === bytes);
  if (sound !== undefined) return said(`${sound[2]}, which ffmpeg cannot read`, sound[3]);
  return undefined;
}

function said(what: string, hint: string | undefined): NoAudio {
  return { what: `is ${what}`, ...(hint === undefined ? {} : { hint }) };
}

/** Few audio formats have 512 bytes of text at their start. Undefined for what is no text. */
function textOf(head: Uint8Array): string | undefined {
  if (soundsWithText.some((start) => textAt(head, 0, start.length) === start)) return undefined;
  const mark = textAt(head, 0, 2);
  if (mark === "\xff\xfe" || mark === "\xfe\xff") return utf16(head, mark);
  const isPlain = head.every((byte) => (byte >= 0x20 && byte !== 0x7f) || isBlank(byte));
  return isPlain ? decoded(head, "utf-8") : undefined;
}

/** The mark of UTF-16 also begins frames of MPEG audio: all that follows must be text. */
function utf16(head: Uint8Array, mark: string): string | undefined {
  const text = decoded(head, mark === "\xff\xfe" ? "utf-16le" : "utf-16be");
  return text !== undefined && /^[\ufeff\t\n\r\x20-\u024f]*$/.test(text) ? text : undefined;
}

function isBlank(byte: number): boolean {
  return byte >= 0x09 && byte <= 0x0d;
}

function decoded(head: Uint8Array, encoding: "utf-8" | "utf-16le" | "utf-16be") {
  try {
    // The last character may be cut.
    return new TextDecoder(encoding, { fatal: true }).decode(head, { stream: true });
  } catch {
    return undefined;
  }
}

/** Places at which a file is looked at for anything but zeros. */
const places = 64;

async function isZero(source: ByteSource): Promise<boolean> {
  for (let place = 0; place < places; place++) {
    const at = Math.floor((source.length / places) * place);
    const bytes = await source.read(at, 4096);
    if (bytes.some((byte) => byte !== 0)) return false;
  }
  return true;
}
