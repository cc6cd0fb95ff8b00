import { AsrError } from "../contract/errors.ts";
import { checked, noSamples, type Range, wholeRange } from "./checked.ts";
import { decodedFile } from "./ffmpeg.ts";
import { isWav } from "./formats/wav-format.ts";
import { readWavLayout } from "./formats/wav-layout.ts";
import { gapsNoted } from "./gaps.ts";
import { OpenedFile } from "./opened-file.ts";
import { mono } from "./pcm.ts";
import { type AudioBlock, type AudioRemarks, type AudioStream, noRemarks } from "./recording.ts";
import { isReadable, openWavFile } from "./wav-file.ts";

/**
 * Opens a file by what its first bytes say: plain samples in a WAV are read here, every other
 * format goes through ffmpeg. `name` is what messages call it; only `range` is heard.
 */
export async function openFile(
  path: string,
  name: string,
  range: Range = wholeRange,
): Promise<AudioStream> {
  await using file = await OpenedFile.open(path, name);
  const head = await checkedHead(file, name);
  const coded = { path, name, range, canSeek: hasIndex(head), remarks: noRemarks() };
  if (!isWav(head)) return fromFfmpeg(coded);
  const layout = await readWavLayout(file, name);
  // What this program cannot make sense of, ffmpeg may.
  if (layout.objection !== undefined) return fromFfmpeg(coded, layout.objection);
  if (layout.parts.length === 0) throw noSamples(name);
  if (isReadable(layout)) return openWavFile({ path, name, layout, state: file.state }, range);
  coded.remarks.losses.push(...layout.losses);
  return fromFfmpeg(coded);
}

/** A file that ffmpeg decodes. */
interface CodedFile {
  path: string;
  name: string;
  range: Range;
  canSeek: boolean;
  remarks: AudioRemarks;
}

function fromFfmpeg(file: CodedFile, objection?: AsrError): AudioStream {
  const { path, name, range, canSeek, remarks } = file;
  const onFacts = ({ duration }: { duration: number | undefined }) => {
    stream.duration = duration;
  };
  const decoded = mono(decodedFile(path, { name, range, remarks, onFacts }, canSeek));
  const tried = objection === undefined ? decoded : unless(decoded, objection);
  const blocks = checked(tried, name, range, () => stream.duration);
  const stream: AudioStream = {
    name,
    duration: undefined,
    blocks: gapsNoted(blocks, range.start, remarks.notes),
    remarks,
  };
  return stream;
}

/**
 * Whether ffmpeg finds a time in a file of this format at once and exactly: in MP4, Matroska and
 * FLAC. In others it guesses, or their clock may be set anew half-way.
 */
function hasIndex(head: Uint8Array): boolean {
  const text = Buffer.from(head.subarray(0, 8)).toString("latin1");
  return text.startsWith("\x1aE\xdf\xa3") || text.startsWith("fLaC") || text.endsWith("ftyp");
}

/** The blocks; where there are none, what was said before ffmpeg was asked tells more. */
async function* unless(blocks: AsyncIterable<AudioBlock>, objection: AsrError) {
  let any = false;
  try {
    for await (const block of blocks) {
      any = true;
      yield block;
    }
  } catch (error) {
    if (!any && error instanceof AsrError && error.code === "input") throw objection;
    throw error;
  }
}

const headLength = 512;

async function checkedHead(bytes: OpenedFile, name: string): Promise<Uint8Array> {
  const head = await bytes.read(0, headLength);
  if (head.length === 0) throw new AsrError("input", `${name}: is empty`);
  if (isText(head)) throw new AsrError("input", `${name}: is text, not audio`);
  return head;
}

/** No audio format has 512 bytes of text at its start; playlists, which name other files, have. */
function isText(head: Uint8Array): boolean {
  return head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d)) &&
    !head.includes(0x7f)
    ? isUtf8(head)
    : false;
}

function isUtf8(head: Uint8Array): boolean {
  try {
    // The last character may be cut.
    new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}
