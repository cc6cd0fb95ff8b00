import { AsrError } from "../contract/errors.ts";
import { decodedFile } from "./ffmpeg.ts";
import { isWav } from "./formats/wav-format.ts";
import { readWavLayout } from "./formats/wav-layout.ts";
import { OpenedFile } from "./opened-file.ts";
import {
  type AudioRemarks,
  type AudioStream,
  checked,
  noRemarks,
  noSamples,
  type Samples,
} from "./recording.ts";
import { isReadable, openWavFile } from "./wav-file.ts";

/**
 * Opens a file by what its first bytes say: plain samples in a WAV are read here, every other
 * format goes through ffmpeg. `name` is what messages call it.
 */
export async function openFile(path: string, name: string): Promise<AudioStream> {
  await using file = await OpenedFile.open(path, name);
  const head = await checkedHead(file, name);
  if (!isWav(head)) return fromFfmpeg(path, name);
  const layout = await readWavLayout(file, name);
  // What this program cannot make sense of, ffmpeg may.
  if (layout.objection !== undefined) return fromFfmpeg(path, name, noRemarks(), layout.objection);
  if (layout.parts.length === 0) throw noSamples(name);
  if (isReadable(layout)) return openWavFile({ path, name, layout, state: file.state });
  return fromFfmpeg(path, name, { losses: layout.losses, notes: [] });
}

function fromFfmpeg(
  path: string,
  name: string,
  remarks: AudioRemarks = noRemarks(),
  objection?: AsrError,
): AudioStream {
  const decoded = decodedFile(path, name, remarks);
  const blocks = checked(objection === undefined ? decoded : unless(decoded, objection), name);
  return { name, duration: undefined, blocks, remarks };
}

/** The blocks; where there are none, what was said before ffmpeg was asked tells more. */
async function* unless(blocks: AsyncIterable<Samples>, objection: AsrError) {
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
